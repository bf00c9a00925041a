/// A hashed wheel of coarse timers: adding is an append, and time passing looks only at the slots that are due.
struct TimerWheel {
    /// Whose time it is: a descriptor and which use of it.
    struct Entry: Equatable {
        var descriptor: Int32
        var generation: UInt32
    }

    /// Milliseconds a slot covers.
    static let tick: Int64 = 100
    /// The wheel covers `slotCount × tick` milliseconds; what lies beyond waits in the last slot and is looked at again by the loop.
    static let slotCount = 1024

    private var slots = [[Entry]](repeating: [], count: slotCount)
    private var due: [Entry] = []
    private var current: Int64 = 0
    private(set) var count = 0

    /// Whether no timer waits.
    var isEmpty: Bool { count == 0 }

    /// Adds an entry for loop time `deadline`, in milliseconds. The answer is when it becomes due: at the first tick not before the
    /// deadline, or at the wheel's horizon if that comes first.
    mutating func add(_ entry: Entry, at deadline: Int64, now: Int64) -> Int64 {
        if count == 0 { current = now / Self.tick }
        let wanted = (deadline &+ Self.tick &- 1) / Self.tick
        let tick = min(max(wanted, current + 1), current + Int64(Self.slotCount) - 1)
        slots[Int(tick % Int64(Self.slotCount))].append(entry)
        count += 1
        return tick * Self.tick
    }

    /// Moves to loop time `now`; the entries whose tick has come wait for ``nextDue()``.
    mutating func advance(to now: Int64) {
        let target = now / Self.tick
        guard count > 0 else { return }
        // After a long sleep one round visits every slot.
        current = max(current, target - Int64(Self.slotCount))
        while current < target {
            current += 1
            let slot = Int(current % Int64(Self.slotCount))
            if !slots[slot].isEmpty {
                due.append(contentsOf: slots[slot])
                slots[slot].removeAll(keepingCapacity: true)
            }
        }
    }

    /// The next entry whose time has come.
    mutating func nextDue() -> Entry? {
        guard let entry = due.popLast() else { return nil }
        count -= 1
        return entry
    }
}
