/// Finds slots by hash: open addressing over one array, eight bytes an entry, so that a million sessions cost 16 MB and not a hundred.
///
/// What is equal is the caller's matter; several slots may have the same hash.
struct SlotTable {
    /// Hash above, slot + 1 below; 0 is empty. The count is a power of two.
    private var entries: [UInt64]
    private(set) var count = 0

    init() { entries = Array(repeating: 0, count: Self.smallest) }

    /// The first slot of that hash for which `isMatch` holds.
    func first(hash: UInt32, where isMatch: (Int) -> Bool) -> Int? {
        var index = home(hash)
        while entries[index] != 0 {
            if UInt32(truncatingIfNeeded: entries[index] >> 32) == hash {
                let slot = Int(UInt32(truncatingIfNeeded: entries[index])) - 1
                if isMatch(slot) { return slot }
            }
            index = (index + 1) & mask
        }
        return nil
    }

    mutating func insert(_ slot: Int, hash: UInt32) {
        if (count + 1) * 4 > entries.count * 3 { resize(to: entries.count * 2) }
        place(UInt64(hash) << 32 | UInt64(slot + 1))
        count += 1
    }

    /// Removes an entry that is there.
    mutating func remove(_ slot: Int, hash: UInt32) {
        var hole = place(of: slot, hash: hash)
        // Entries that were pushed on past the hole move back into it, so that no search stops before them.
        var index = (hole + 1) & mask
        while entries[index] != 0 {
            let wanted = home(UInt32(truncatingIfNeeded: entries[index] >> 32))
            if (index &- wanted) & mask >= (index &- hole) & mask {
                entries[hole] = entries[index]
                hole = index
            }
            index = (index + 1) & mask
        }
        entries[hole] = 0
        count -= 1
        if entries.count > Self.smallest, count * 8 < entries.count { resize(to: entries.count / 2) }
    }

    /// Puts `new` in the place of an entry that is there.
    mutating func replace(_ slot: Int, by new: Int, hash: UInt32) {
        entries[place(of: slot, hash: hash)] = UInt64(hash) << 32 | UInt64(new + 1)
    }

    private func place(of slot: Int, hash: UInt32) -> Int {
        let entry = UInt64(hash) << 32 | UInt64(slot + 1)
        var index = home(hash)
        while entries[index] != entry {
            precondition(entries[index] != 0, "an entry that is removed is in the table")
            index = (index + 1) & mask
        }
        return index
    }

    private mutating func resize(to size: Int) {
        let old = entries
        entries = Array(repeating: 0, count: size)
        for entry in old where entry != 0 { place(entry) }
    }

    private mutating func place(_ entry: UInt64) {
        var index = home(UInt32(truncatingIfNeeded: entry >> 32))
        while entries[index] != 0 { index = (index + 1) & mask }
        entries[index] = entry
    }

    private func home(_ hash: UInt32) -> Int { Int(hash) & mask }

    private var mask: Int { entries.count - 1 }

    private static let smallest = 16
}
