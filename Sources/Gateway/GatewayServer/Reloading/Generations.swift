import Foundation
import Proxy
import Synchronization

/// The configuration in force, and earlier ones under which something still goes on.
final class Generations: Sendable {
    private struct State {
        var current: Generation
        /// The oldest first.
        var retired: [Generation] = []
    }

    private let state: Mutex<State>

    /// Earlier ones at most; beyond it the oldest is told to end what still goes on under it.
    static let retiredLimit = 8
    /// Milliseconds that are waited for an earlier one that has nothing to do any more.
    private static let patience = 100

    /// - Parameter first: not started yet.
    init(_ first: Generation) { state = Mutex(State(current: first)) }

    /// The one in force.
    var current: Generation { state.withLock { $0.current } }

    /// How many earlier ones something still goes on under.
    var retiredCount: Int { state.withLock { $0.retired.count } }

    /// Puts a generation in force that is not started yet. What goes on under the one before may go on. Blocks for a moment.
    func replace(with next: Generation) {
        // Known before it is started: nothing that happens to sessions passes it by.
        let (old, excess) = state.withLock { state in
            let old = state.current
            state.current = next
            state.retired.append(old)
            return (old, state.retired.dropLast(Self.retiredLimit))
        }
        next.start()
        old.post(.retire)
        old.ended.notify(queue: .global()) { [self] in forget(old) }
        for generation in excess { end(generation) }
        if old.ended.wait(timeout: .now() + .milliseconds(Self.patience)) == .success { forget(old) }
    }

    /// Tells the workers of all.
    func post(_ message: WorkerMessage) {
        for generation in all { generation.post(message) }
    }

    /// Ends all: running exchanges have `seconds` to end. Blocks until every worker has ended.
    func drain(seconds: Int) {
        post(.drain)
        let deadline = DispatchTime.now() + .seconds(seconds)
        for generation in all where generation.ended.wait(timeout: deadline) == .timedOut {
            generation.post(.stop)
            generation.ended.wait()
        }
    }

    private func forget(_ ended: Generation) { state.withLock { $0.retired.removeAll { $0 === ended } } }

    /// Tunnels are told to end, and have their time for it; then all else ends.
    private func end(_ generation: Generation) {
        generation.post(.drain)
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(Tunnel.drainTime) + 1000)) {
            generation.post(.stop)
        }
    }

    private var all: [Generation] { state.withLock { [$0.current] + $0.retired } }
}
