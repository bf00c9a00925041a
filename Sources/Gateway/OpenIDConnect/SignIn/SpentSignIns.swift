import Synchronization

/// The sign-ins whose codes were sent to the token endpoint within the last 15 minutes.
///
/// A callback that comes again (a reload, the back button, a double click) is known by it, and its code is not sent again: a provider
/// that sees a code twice takes back what it gave for it (RFC 6749 §4.1.2). Only callbacks that belong to their browser come here, and
/// no more than a bounded number is kept, the latest.
public final class SpentSignIns: Sendable {
    private struct State {
        var times: [[UInt8]: Int] = [:]
        /// In the order they came; the oldest at ``oldest``.
        var order: [[UInt8]] = []
        var oldest = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: sign-ins kept at most.
    public init(limit: Int = 16_384) {
        precondition(limit > 0, "some are kept")
        self.limit = limit
    }

    /// Notes a sign-in. False if it was noted before.
    /// - Parameters:
    ///   - id: what tells sign-ins apart, 16 bytes.
    ///   - now: seconds since 1970.
    func spend(_ id: [UInt8], now: Int) -> Bool {
        state.withLock { state in
            while state.oldest < state.order.count {
                let first = state.order[state.oldest]
                let isOld = now - (state.times[first] ?? 0) > SignInState.maximumAge
                guard isOld || state.times.count >= limit else { break }
                state.times[first] = nil
                state.oldest += 1
            }
            if state.oldest > 1024, state.oldest * 2 > state.order.count {
                state.order.removeFirst(state.oldest)
                state.oldest = 0
            }
            guard state.times[id] == nil else { return false }
            state.times[id] = now
            state.order.append(id)
            return true
        }
    }
}
