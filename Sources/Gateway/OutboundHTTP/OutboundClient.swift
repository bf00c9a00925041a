import EventLoop
import TLS

/// An HTTP/1.1 client for calls from cold code: TLS with the system's authorities and one more file, no redirects, no proxy, a deadline for the
/// whole exchange and a limit for the body.
///
/// Its connections live on the loop that the calling task prefers, so a call changes no thread; of other tasks, on a loop of their own. It took
/// the place of a general client on a thread of its own, and a quarter off the CPU time of a sign-in.
public final class OutboundClient: Sendable {
    private let tls: TLSClientContext
    private let deadline: Duration

    /// - Parameters:
    ///   - trustedRootsFile: PEM, trusted beside the system's authorities.
    ///   - deadline: for one exchange: finding the address, connecting and the body included.
    /// - Throws: what is wrong with the file.
    public init(trustedRootsFile: String?, deadline: Duration) throws(TLSError) {
        tls = try TLSClientContext(trustedRootsFile: trustedRootsFile)
        self.deadline = deadline
    }

    /// Sends a request.
    /// - Parameter limit: bytes the body of the answer may have.
    public func send(_ request: OutboundRequest, limit: Int) async throws(OutboundFault) -> OutboundResponse {
        guard request.isValid else { throw .failed("the request has characters that no header field may have") }
        guard !Task.isCancelled else { throw .failed("it was called off") }
        let end = ContinuousClock.now + deadline
        let target = request.target
        var addresses = SocketAddress(literal: target.host, port: target.port).map { [$0] }
        while true {
            switch await outcome(of: request, addresses, until: end, limit: limit) {
            case .ended(let result): return try result.get()
            case .needsAddresses:
                addresses = try await HostLookup.shared.addresses(
                    of: target.host, port: target.port, within: end - ContinuousClock.now)
            }
        }
    }

    /// Where calls go that come from no loop.
    public static var executor: LoopExecutor { thread.executor }

    private static let thread: LoopThread = {
        do {
            return try LoopThread()
        } catch {
            preconditionFailure("the system gives a thread and three descriptors: \(error)")
        }
    }()

    private func outcome(
        of request: OutboundRequest, _ addresses: [SocketAddress]?, until end: ContinuousClock.Instant, limit: Int
    ) async -> OutboundExchange.Outcome {
        if let outcome = await exchange(request, addresses, until: end, limit: limit) { return outcome }
        let outcome = await Task(executorPreference: Self.thread.executor) {
            await self.exchange(request, addresses, until: end, limit: limit)
        }.value
        guard let outcome else { preconditionFailure("a task that prefers a loop begins on its thread") }
        return outcome
    }

    /// The exchange, on the loop that the task prefers; nil if it prefers none. A task may find itself on a loop's thread without having asked for it,
    /// behind an actor that was used there: that loop is not its own, and may stop before the answer comes.
    private func exchange(
        _ request: OutboundRequest, _ addresses: [SocketAddress]?, until end: ContinuousClock.Instant, limit: Int
    ) async -> OutboundExchange.Outcome? {
        let preferred = withUnsafeCurrentTask { $0?.unownedTaskExecutor }
        return await withCheckedContinuation { continuation in
            guard let loop = Loop.current, let executor = loop.executor,
                preferred == executor.asUnownedTaskExecutor()
            else { return continuation.resume(returning: nil) }
            let target = request.target
            let pool = OutboundPool.of(loop)
            let patience = (end - ContinuousClock.now) / .milliseconds(1)
            pool.begin(
                OutboundExchange(
                    request, key: .init(host: target.host, port: target.port, tls: target.isSecure ? tls : nil),
                    addresses: addresses, limit: limit, deadline: loop.now + max(1, Int64(patience)), pool: pool,
                    completion: { continuation.resume(returning: $0) }))
        }
    }
}
