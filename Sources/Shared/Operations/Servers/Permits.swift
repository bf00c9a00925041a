import Synchronization

/// So many things at once for each key, such as requests of one address.
///
/// Only keys with a permit out take memory.
public final class Permits<Key: Hashable & Sendable>: Sendable {
    /// One of the things. It ends when the value goes away, so it cannot be forgotten.
    public final class Permit: Sendable {
        private let permits: Permits
        private let key: Key

        fileprivate init(_ permits: Permits, _ key: Key) {
            self.permits = permits
            self.key = key
        }

        deinit { permits.release(key) }
    }

    /// The most at once for a key.
    public let limit: Int
    private let taken = Mutex<[Key: Int]>([:])

    /// Permits for at most `limit` things at once for a key.
    public init(limit: Int) {
        self.limit = limit
    }

    /// A permit, to be kept as long as the thing goes on; nil when `key` has all it may have.
    public func take(for key: Key) -> Permit? {
        let isFree = taken.withLock { taken in
            guard taken[key, default: 0] < limit else { return false }
            taken[key, default: 0] += 1
            return true
        }
        return isFree ? Permit(self, key) : nil
    }

    private func release(_ key: Key) {
        taken.withLock { taken in
            let left = taken[key, default: 0] - 1
            taken[key] = left > 0 ? left : nil
        }
    }
}
