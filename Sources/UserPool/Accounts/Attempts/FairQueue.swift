/// Waiters for something scarce, served in turns: one of each source, then the next of each.
///
/// No source can fill the queue or make another wait for more than one of its own. When the queue is full, a newcomer
/// takes the place of the last waiter of the source that has most, if that has more than one; places in reserve are for
/// known browsers alone.
public struct FairQueue<Waiter: Hashable & Sendable>: Sendable {
    /// What became of a newcomer.
    public enum Entry: Sendable, Equatable {
        /// It waits.
        case waits
        /// It waits, and another has to go.
        case displaces(Waiter)
        /// There is no place for it.
        case refused
    }

    private let capacity: Int
    private let reserve: Int
    private let perSource: Int
    private var lanes: [AttemptSource: [Waiter]] = [:]
    /// Each source with a lane, once, in the order of their turns.
    private var turns: [AttemptSource] = []
    /// All waiters.
    public private(set) var count = 0

    /// A queue.
    ///
    /// - Parameters:
    ///   - capacity: the most waiters.
    ///   - reserve: how many of these places only known browsers may take.
    ///   - perSource: the most waiters of one source.
    public init(capacity: Int, reserve: Int, perSource: Int) {
        self.capacity = capacity
        self.reserve = reserve
        self.perSource = perSource
    }

    /// Takes a newcomer in, if there is a place.
    public mutating func enqueue(_ waiter: Waiter, from source: AttemptSource) -> Entry {
        let own = lanes[source]?.count ?? 0
        guard own < perSource else { return .refused }
        var entry = Entry.waits
        if count >= capacity - (source.isKnownBrowser ? 0 : reserve) {
            guard let longest = lanes.max(by: { $0.value.count < $1.value.count }), longest.value.count > own + 1,
                let last = longest.value.last
            else { return .refused }
            remove(last, from: longest.key)
            entry = .displaces(last)
        }
        if own == 0 { turns.append(source) }
        lanes[source, default: []].append(waiter)
        count += 1
        return entry
    }

    /// The waiter whose turn it is; it waits no longer.
    public mutating func next() -> Waiter? {
        guard let source = turns.first, let waiter = lanes[source]?.first else { return nil }
        remove(waiter, from: source)
        if lanes[source] != nil {
            turns.removeFirst()
            turns.append(source)
        }
        return waiter
    }

    /// A waiter gave up.
    ///
    /// - Returns: whether it was still waiting.
    @discardableResult
    public mutating func remove(_ waiter: Waiter, from source: AttemptSource) -> Bool {
        guard let index = lanes[source]?.firstIndex(of: waiter) else { return false }
        lanes[source]?.remove(at: index)
        count -= 1
        if lanes[source]?.isEmpty == true {
            lanes[source] = nil
            turns.removeAll { $0 == source }
        }
        return true
    }
}
