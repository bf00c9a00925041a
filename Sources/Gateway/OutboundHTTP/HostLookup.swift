import Dispatch
import EventLoop
import Synchronization

/// Finds the addresses of hosts on threads that may block. However many ask for one host at once, the system is asked once.
final class HostLookup: Sendable {
    /// The one there is.
    static let shared = HostLookup { host, port throws(SocketAddress.ResolutionError) in
        try SocketAddress.resolve(host, port: port)
    }

    typealias Resolve = @Sendable (String, UInt16) throws(SocketAddress.ResolutionError) -> [SocketAddress]

    private struct Host: Hashable {
        let name: String
        let port: UInt16
    }

    private typealias Waiter = CheckedContinuation<Result<[SocketAddress], OutboundFault>, Never>

    private struct State {
        var waiters: [Host: [Int: Waiter]] = [:]
        var lastTicket = 0
    }

    private let state = Mutex(State())
    private let resolve: Resolve
    private let queue = DispatchQueue(label: "host names", attributes: .concurrent)
    /// Apart from the one whose threads may all be blocked.
    private let clock = DispatchQueue(label: "host names' clock")

    /// - Parameter resolve: asks the system.
    init(_ resolve: @escaping Resolve) { self.resolve = resolve }

    /// The addresses of a host, in the order in which they are to be tried.
    /// - Parameter patience: how long they are waited for.
    func addresses(
        of name: String, port: UInt16, within patience: Duration
    ) async throws(OutboundFault) -> [SocketAddress] {
        let host = Host(name: name, port: port)
        let result: Result<[SocketAddress], OutboundFault> = await withCheckedContinuation { continuation in
            let (ticket, isFirst) = state.withLock { state in
                state.lastTicket += 1
                let isFirst = state.waiters[host] == nil
                state.waiters[host, default: [:]][state.lastTicket] = continuation
                return (state.lastTicket, isFirst)
            }
            if isFirst { queue.async { self.ask(host) } }
            clock.asyncAfter(deadline: .now() + .milliseconds(Int(patience / .milliseconds(1)))) {
                self.state.withLock { $0.waiters[host]?.removeValue(forKey: ticket) }?
                    .resume(returning: .failure(.timedOut))
            }
        }
        return try result.get()
    }

    private func ask(_ host: Host) {
        let result: Result<[SocketAddress], OutboundFault>
        do throws(SocketAddress.ResolutionError) {
            let found = try resolve(host.name, host.port)
            result = found.isEmpty ? .failure(.failed("\(host.name) has no address")) : .success(found)
        } catch {
            result = .failure(.failed("\(host.name): \(error)"))
        }
        let waiters = state.withLock { $0.waiters.removeValue(forKey: host) }
        for waiter in (waiters ?? [:]).values { waiter.resume(returning: result) }
    }
}
