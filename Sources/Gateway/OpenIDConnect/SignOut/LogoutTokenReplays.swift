import Crypto

/// The logout tokens that were taken, each until it is too old to be taken again.
///
/// Bounded: past ``limit`` the one that is stale first is forgotten. Only the provider can fill it, since a token comes here when its signature
/// has been verified.
public struct LogoutTokenReplays: Sendable {
    /// Tokens remembered at most.
    public let limit: Int
    private var ends: [[UInt8]: Int] = [:]
    /// By end, the latest first, so that the oldest goes at no cost.
    private var order: [(end: Int, key: [UInt8])] = []

    /// Remembers nothing yet.
    public init(limit: Int = 10_000) {
        precondition(limit >= 1, "at least one token is remembered")
        self.limit = limit
    }

    /// Tokens remembered.
    public var count: Int { ends.count }

    /// Notes that a token is taken; false if it was before.
    public mutating func take(_ token: LogoutToken, issuer: String, now: Int) -> Bool {
        while let last = order.last, last.end < now { forget(last.key) }
        let key = Self.key(token, issuer)
        guard ends[key] == nil else { return false }
        if order.count >= limit, let last = order.last { forget(last.key) }
        ends[key] = token.replayableUntil
        let place = order.partitioningIndex { $0.end <= token.replayableUntil }
        order.insert((token.replayableUntil, key), at: place)
        return true
    }

    /// Forgets the one that is stale first.
    private mutating func forget(_ key: [UInt8]) {
        ends[key] = nil
        order.removeLast()
    }

    /// Of one length for all; an issuer is a URL, so a line feed ends it.
    private static func key(_ token: LogoutToken, _ issuer: String) -> [UInt8] {
        Array(SHA256.hash(data: Array("\(issuer)\n\(token.id)".utf8)).prefix(16))
    }
}

extension Array {
    /// The first place from which on `isBehind` holds, in an array in which it holds for a tail.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
