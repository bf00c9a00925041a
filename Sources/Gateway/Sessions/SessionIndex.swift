/// A store's records, found by digest and by user, and in the order of their sign-in and of their end.
///
/// A record has a slot; the orders are lists from slot to slot. That is 40 bytes a session, and 32 more for the two tables.
struct SessionIndex {
    private struct Slot {
        var record: SessionRecord?
        var userHash: UInt32 = 0
        /// The minute since 1970 in whose list it is.
        var minute: Int32 = 0
        var age = Link()
        var end = Link()
        var user = Link()
    }

    /// The neighbours in a list.
    private struct Link {
        var previous: Int32 = -1
        var next: Int32 = -1
    }

    private var slots: [Slot] = []
    private var free: [Int32] = []
    private var byDigest = SlotTable()
    /// The first of each user's sessions.
    private var byUser = SlotTable()
    private var minutes: [Int32: Int32] = [:]
    private var oldest: Int32 = -1
    private var newest: Int32 = -1

    /// Records held.
    private(set) var count = 0
    /// Bytes they take.
    private(set) var bytes = 0

    /// Places that hold, or held, a record.
    var slotCount: Int { slots.count }

    /// The records in some of the slots.
    func records(inSlots range: Range<Int>) -> [SessionRecord] {
        range.clamped(to: 0..<slots.count).compactMap { slots[$0].record }
    }

    func record(_ digest: SessionDigest) -> SessionRecord? { slot(of: digest).flatMap { slots[$0].record } }

    /// A user's sessions.
    func records(of subject: String, issuer: String) -> [SessionRecord] {
        guard let first = firstSlot(of: subject, issuer: issuer) else { return [] }
        var records: [SessionRecord] = []
        var slot = Int32(first)
        while slot >= 0 {
            if let record = slots[Int(slot)].record { records.append(record) }
            slot = slots[Int(slot)].user.next
        }
        return records
    }

    /// The oldest sign-in.
    var oldestRecord: SessionRecord? { oldest < 0 ? nil : slots[Int(oldest)].record }

    /// Takes a record in; false if its digest is taken.
    mutating func insert(_ record: SessionRecord) -> Bool {
        guard slot(of: record.digest) == nil else { return false }
        let subject = record.subject
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
        } else {
            slot = Int32(slots.count)
            slots.append(Slot())
        }
        let userHash = Self.hash(subject, record.issuer)
        slots[Int(slot)].record = record
        slots[Int(slot)].userHash = userHash
        if let first = byUser.first(hash: userHash, where: { isOf(subject, record.issuer, $0) }) {
            byUser.replace(first, by: Int(slot), hash: userHash)
            slots[Int(slot)].user.next = Int32(first)
            slots[first].user.previous = slot
        } else {
            byUser.insert(Int(slot), hash: userHash)
        }
        byDigest.insert(Int(slot), hash: record.digest.hash32)
        slots[Int(slot)].age.previous = newest
        if newest >= 0 { slots[Int(newest)].age.next = slot } else { oldest = slot }
        newest = slot
        linkEnd(slot)
        count += 1
        bytes += record.footprint
        return true
    }

    mutating func remove(_ digest: SessionDigest) -> SessionRecord? {
        guard let index = slot(of: digest), let record = slots[index].record else { return nil }
        let slot = Int32(index)
        byDigest.remove(index, hash: digest.hash32)
        let entry = slots[index]
        if entry.user.previous >= 0 {
            slots[Int(entry.user.previous)].user.next = entry.user.next
        } else if entry.user.next >= 0 {
            byUser.replace(index, by: Int(entry.user.next), hash: entry.userHash)
        } else {
            byUser.remove(index, hash: entry.userHash)
        }
        if entry.user.next >= 0 { slots[Int(entry.user.next)].user.previous = entry.user.previous }
        if entry.age.previous >= 0 {
            slots[Int(entry.age.previous)].age.next = entry.age.next
        } else {
            oldest = entry.age.next
        }
        if entry.age.next >= 0 {
            slots[Int(entry.age.next)].age.previous = entry.age.previous
        } else {
            newest = entry.age.previous
        }
        unlinkEnd(slot)
        slots[index] = Slot()
        free.append(slot)
        count -= 1
        bytes -= record.footprint
        return record
    }

    /// Counts bytes that a record of the index has grown by.
    mutating func grown(by difference: Int) { bytes += difference }

    /// The minutes in whose lists there is something, up to that one.
    func minutes(through minute: Int) -> [Int] { minutes.keys.map(Int.init).filter { $0 <= minute } }

    /// Removes what has ended by `now` from a minute's list. What activity has put off moves on to the minute of its new end.
    mutating func removeEnded(inMinute minute: Int, now: Int) -> [SessionRecord] {
        var ended: [SessionRecord] = []
        var slot = minutes[Int32(clamping: minute)] ?? -1
        while slot >= 0 {
            let next = slots[Int(slot)].end.next
            if let record = slots[Int(slot)].record {
                if !record.isLive(at: now) {
                    _ = remove(record.digest)
                    ended.append(record)
                } else if record.nextCheck / 60 != minute {
                    unlinkEnd(slot)
                    linkEnd(slot)
                }
            }
            slot = next
        }
        return ended
    }

    private mutating func linkEnd(_ slot: Int32) {
        guard let record = slots[Int(slot)].record else { return }
        let minute = Int32(clamping: record.nextCheck / 60)
        slots[Int(slot)].minute = minute
        let first = minutes[minute] ?? -1
        slots[Int(slot)].end = Link(previous: -1, next: first)
        if first >= 0 { slots[Int(first)].end.previous = slot }
        minutes[minute] = slot
    }

    private mutating func unlinkEnd(_ slot: Int32) {
        let entry = slots[Int(slot)]
        if entry.end.previous >= 0 {
            slots[Int(entry.end.previous)].end.next = entry.end.next
        } else if entry.end.next >= 0 {
            minutes[entry.minute] = entry.end.next
        } else {
            minutes[entry.minute] = nil
        }
        if entry.end.next >= 0 { slots[Int(entry.end.next)].end.previous = entry.end.previous }
    }

    private func slot(of digest: SessionDigest) -> Int? {
        byDigest.first(hash: digest.hash32) { slots[$0].record?.digest == digest }
    }

    private func firstSlot(of subject: String, issuer: String) -> Int? {
        byUser.first(hash: Self.hash(subject, issuer)) { isOf(subject, issuer, $0) }
    }

    private func isOf(_ subject: String, _ issuer: String, _ slot: Int) -> Bool {
        slots[slot].record?.belongs(to: subject, issuer: issuer) ?? false
    }

    /// Seeded anew in each process: subjects are the provider's users' to choose.
    private static func hash(_ subject: String, _ issuer: String) -> UInt32 {
        var hasher = Hasher()
        for byte in subject.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
        for byte in issuer.utf8 { hasher.combine(byte) }
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}
