/// Remembers signatures, so that none is taken twice: a request that somebody recorded is worth nothing to him.
///
/// Signatures carry whole seconds, so an honest client that sends the same request twice within one second sends the same
/// signature twice. Within ``grace`` after its first use a signature is therefore taken again; later it is a replay. It is
/// remembered until its date alone would have it refused.
///
/// A value with bounded memory: time comes from outside, and whoever shares it guards it with a lock.
public struct SignatureMemory: Sendable {
    /// What becomes of a signature that was proved to be right.
    public enum Verdict: Sendable, Equatable {
        /// It may pass.
        case new
        /// It was used before, too long ago to be the same client's.
        case replayed
        /// There is no room to remember it: it must not pass, or it could be replayed.
        case full
    }

    /// Seconds during which the same signature passes again.
    public let grace: Int
    /// Seconds a signature is remembered: twice the skew that the verifier allows.
    public let memory: Int
    /// The most signatures that are remembered.
    public let capacity: Int

    private var firstUse: [Key: Int] = [:]
    /// In the order of their first use; what lies before `oldest` is forgotten.
    private var order: [(key: Key, at: Int)] = []
    private var oldest = 0

    /// A memory without signatures.
    ///
    /// - Parameters:
    ///   - allowedSkew: the verifier's, in seconds.
    ///   - grace: seconds during which the same signature passes again.
    ///   - capacity: the most signatures that are remembered; each takes about a hundred bytes.
    public init(allowedSkew: Int = 300, grace: Int = 2, capacity: Int = 100_000) {
        precondition(allowedSkew >= 0 && grace >= 0 && capacity > 0, "a memory has room and remembers for a while")
        self.grace = grace
        memory = 2 * allowedSkew
        self.capacity = capacity
    }

    /// How many signatures are remembered.
    public var count: Int { firstUse.count }

    /// Judges the signature of `claim`, which was proved, at `now` (Unix seconds, never running backwards by much).
    public mutating func use(_ claim: SignatureClaim, at now: Int) -> Verdict {
        forget(before: now - memory)
        let key = Key(claim.signature)
        if let first = firstUse[key] { return now - first <= grace ? .new : .replayed }
        guard firstUse.count < capacity else { return .full }
        firstUse[key] = now
        order.append((key, now))
        return .new
    }

    private mutating func forget(before time: Int) {
        while oldest < order.count, order[oldest].at < time {
            firstUse[order[oldest].key] = nil
            oldest += 1
        }
        // Each entry is moved once for each time it is stepped over, so this is cheap on the whole.
        if oldest > 1024, oldest * 2 > order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
    }

    /// Half of a signature: 128 bits that nobody can choose without having the secret.
    private struct Key: Hashable {
        let high: UInt64
        let low: UInt64

        init(_ signature: [UInt8]) {
            func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
            high = number(signature.prefix(8))
            low = number(signature.dropFirst(8).prefix(8))
        }
    }
}
