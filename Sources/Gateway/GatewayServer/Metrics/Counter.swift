import Synchronization

/// A number that one thread changes and others read. Neither waits: a change is a load and a store.
struct Counter: ~Copyable {
    private let number = Atomic(0)

    /// What it is now.
    var value: Int { number.load(ordering: .relaxed) }

    /// On the one thread that changes it.
    @inline(__always)
    func add(_ amount: Int = 1) { number.store(number.load(ordering: .relaxed) &+ amount, ordering: .relaxed) }
}

/// One counter for each status of a response, 100 to 599.
struct StatusCounters: ~Copyable {
    private let counters = InlineArray<500, Counter> { _ in Counter() }

    @inline(__always)
    func add(_ status: Int) {
        if status >= 100, status < 600 { counters[status - 100].add() }
    }

    /// Those statuses that were counted, and how often.
    var values: [Int: Int] {
        var values: [Int: Int] = [:]
        for index in counters.indices where counters[index].value > 0 { values[index + 100] = counters[index].value }
        return values
    }
}
