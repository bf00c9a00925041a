import Synchronization

/// The last requests that were refused or failed, in memory.
///
/// Refusals, which anybody can cause, have a ring of their own, so that they do not drive out what failed here or at a provider.
final class FailureLog: Sendable {
    private struct Ring {
        private(set) var entries: [FailedRequest] = []
        private var next = 0

        mutating func add(_ request: FailedRequest) {
            if entries.count < FailureLog.capacity {
                entries.append(request)
            } else {
                entries[next] = request
            }
            next = (next + 1) % FailureLog.capacity
        }
    }

    private struct Rings {
        var refused = Ring()
        var failed = Ring()
    }

    private let rings = Mutex(Rings())

    /// Requests that each of the two rings holds.
    static let capacity = 1000

    /// Keeps a request.
    func add(_ request: FailedRequest) {
        rings.withLock { rings in
            if request.status >= 500 { rings.failed.add(request) } else { rings.refused.add(request) }
        }
    }

    /// The request with this id, if it is still known.
    func request(_ id: String) -> FailedRequest? {
        rings.withLock { rings in
            rings.failed.entries.first { $0.id == id } ?? rings.refused.entries.first { $0.id == id }
        }
    }

    /// The newest requests, the newest first.
    func newest(_ limit: Int) -> [FailedRequest] {
        let all = rings.withLock { $0.failed.entries + $0.refused.entries }
        return Array(all.sorted { $0.time > $1.time }.prefix(limit))
    }
}
