/// Runs a program over a subject: all threads advance together, one byte at a time, and no instruction is entered twice at one
/// position, so the steps are bounded by the program's length times the subject's.
struct RegularExpressionMatcher {
    /// Threads in the order of their preference, each at an instruction that takes a byte or ends the match.
    private struct Threads {
        var count = 0
        /// The instructions, in order of preference.
        var dense: [Int32]
        /// Where in `dense` an instruction stands, if it does.
        var sparse: [Int32]
        /// The slots of the thread at each instruction.
        var slots: [Int32]

        init(instructions: Int, slots: Int) {
            dense = [Int32](repeating: 0, count: instructions)
            sparse = dense
            self.slots = [Int32](repeating: -1, count: instructions * slots)
        }

        func contains(_ instruction: Int) -> Bool {
            let place = Int(sparse[instruction])
            return place < count && Int(dense[place]) == instruction
        }

        mutating func insert(_ instruction: Int) {
            dense[count] = Int32(truncatingIfNeeded: instruction)
            sparse[instruction] = Int32(truncatingIfNeeded: count)
            count += 1
        }
    }

    private enum Pending {
        case enter(Int)
        case restore(slot: Int, to: Int32)
    }

    private let program: RegularExpressionProgram
    private let slotCount: Int
    private var current: Threads
    private var next: Threads
    private var pending: [Pending] = []
    /// The slots of the thread being followed.
    private var slots: [Int32]

    /// The slots of the match once ``run(_:)`` has answered true, if groups are kept.
    private(set) var matchedSlots: [Int32] = []
    /// Instructions looked at: the measure of work.
    private(set) var steps = 0

    /// - Parameter keepsGroups: false where only the answer counts, which then comes at the first match of any length.
    init(_ program: RegularExpressionProgram, keepsGroups: Bool) {
        self.program = program
        slotCount = keepsGroups ? program.slotCount : 0
        current = Threads(instructions: program.instructions.count, slots: slotCount)
        next = current
        slots = [Int32](repeating: -1, count: slotCount)
    }

    /// Whether the program matches somewhere in the subject.
    mutating func run(_ subject: Span<UInt8>) -> Bool {
        var hasMatched = false
        for position in 0...subject.count {
            let mayBegin = !hasMatched && (position == 0 || !program.isAnchored)
            if next.count == 0, !mayBegin { break }
            if mayBegin {
                for slot in slots.indices { slots[slot] = -1 }
                follow(0, at: position, of: subject)
            }
            swap(&current, &next)
            next.count = 0
            if advance(at: position, of: subject) {
                hasMatched = true
                if slotCount == 0 { return true }
            }
        }
        return hasMatched
    }

    /// Takes one byte with every thread, in order of preference; true if one has matched, which ends those after it.
    private mutating func advance(at position: Int, of subject: Span<UInt8>) -> Bool {
        for place in 0..<current.count {
            let thread = Int(current.dense[place])
            steps += 1
            let takes: Bool
            switch program.instructions[thread] {
            case .byte(let byte): takes = position < subject.count && subject[position] == byte
            case .set(let index): takes = position < subject.count && program.sets[index].contains(subject[position])
            case .match:
                if slotCount > 0 {
                    matchedSlots = Array(current.slots[thread * slotCount..<(thread + 1) * slotCount])
                }
                return true
            case .split, .jump, .save, .assertion: takes = false
            }
            guard takes else { continue }
            for slot in 0..<slotCount { slots[slot] = current.slots[thread * slotCount + slot] }
            follow(thread + 1, at: position + 1, of: subject)
        }
        return false
    }

    /// Goes from an instruction over all that take no byte, and adds where it ends as threads to `next`.
    private mutating func follow(_ instruction: Int, at position: Int, of subject: Span<UInt8>) {
        pending.append(.enter(instruction))
        while let task = pending.popLast() {
            switch task {
            case .restore(let slot, let value):
                slots[slot] = value
            case .enter(let instruction):
                steps += 1
                if next.contains(instruction) { continue }
                next.insert(instruction)
                switch program.instructions[instruction] {
                case .jump(let target):
                    pending.append(.enter(target))
                case .split(let first, let second):
                    pending.append(.enter(second))
                    pending.append(.enter(first))
                case .save(let slot):
                    if slot < slotCount {
                        pending.append(.restore(slot: slot, to: slots[slot]))
                        slots[slot] = Int32(truncatingIfNeeded: position)
                    }
                    pending.append(.enter(instruction + 1))
                case .assertion(let assertion):
                    if Self.holds(assertion, at: position, of: subject) { pending.append(.enter(instruction + 1)) }
                case .byte, .set, .match:
                    for slot in 0..<slotCount { next.slots[instruction * slotCount + slot] = slots[slot] }
                }
            }
        }
    }

    private static func holds(
        _ assertion: RegularExpressionNode.Assertion, at position: Int, of subject: Span<UInt8>
    ) -> Bool {
        switch assertion {
        case .start: return position == 0
        case .end: return position == subject.count
        case .wordBoundary, .noWordBoundary:
            let isBehindWord = position > 0 && ByteSet.word.contains(subject[position - 1])
            let isBeforeWord = position < subject.count && ByteSet.word.contains(subject[position])
            return (isBehindWord != isBeforeWord) == (assertion == .wordBoundary)
        }
    }
}
