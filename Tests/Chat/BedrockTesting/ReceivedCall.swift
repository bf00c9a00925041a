import AWSSignature
import Synchronization

/// A request that the responder got, and what became of its connection.
public final class ReceivedCall: Sendable {
    /// The method.
    public let method: String
    /// The path as it came.
    public let path: String
    /// The header fields, names in lower case.
    public let headers: [(name: String, value: String)]
    /// The body.
    public let body: [UInt8]
    /// When the request had come.
    public let time = ContinuousClock.now
    /// Why its signature or key is no good; nil if it is.
    public let refusal: Refusal?

    private let leaving = Mutex<ContinuousClock.Instant?>(nil)
    private let isOver = Mutex(false)

    /// Why a request is refused.
    public enum Refusal: Sendable, Hashable {
        case signature(SignatureRejection)
        case bearer
    }

    init(method: String, path: String, headers: [(name: String, value: String)], body: [UInt8], refusal: Refusal?) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.refusal = refusal
    }

    /// The first value of a header field; `name` in lower case.
    public func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The model's id, decoded once; nil when the path is not of Bedrock's runtime.
    public var modelID: String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, parts[1] == "model", !parts[2].isEmpty else { return nil }
        return PercentEncoding.decode(parts[2])
    }

    /// The operation: `converse`, `converse-stream`.
    public var operation: String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// When the client closed the connection before the answer was whole; nil if it did not.
    public var leftAt: ContinuousClock.Instant? { leaving.withLock { $0 } }

    func answered() { isOver.withLock { $0 = true } }

    func closed() {
        guard !isOver.withLock({ $0 }) else { return }
        leaving.withLock { $0 = $0 ?? .now }
    }

    /// Waits until the client has closed the connection.
    ///
    /// - Returns: when it did; nil if it did not within the time.
    public func left(within time: Duration) async throws -> ContinuousClock.Instant? {
        let end = ContinuousClock.now + time
        while leftAt == nil, .now < end { try await Task.sleep(for: .milliseconds(5)) }
        return leftAt
    }
}
