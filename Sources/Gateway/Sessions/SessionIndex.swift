/// A store's records, found by digest, by user and by the provider's session, and in the order of their sign-in and of their end.
///
/// A record has a slot; the orders are lists from slot to slot. That is 56 bytes a session, and 48 more for the three tables.
struct SessionIndex {
    private struct Slot {
        var record: SessionRecord?
        var userHash: UInt32 = 0
        /// Of the provider's session; nobody looks at it where there is none.
        var providerSessionHash: UInt32 = 0
        /// The minute since 1970 in whose list it is.
        var minute: Int32 = 0
        var age = Link()
        var end = Link()
        var user = Link()
        var providerSession = Link()
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
    /// The first session of each that the provider has given a name.
    private var byProviderSession = SlotTable()
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
        chained(from: firstSlot(of: subject, issuer: issuer), by: \.user)
    }

    /// The sessions that one session of the provider has led to: one for each browser and rule, so hardly ever more than one.
    func records(ofProviderSession session: String, issuer: String) -> [SessionRecord] {
        chained(from: firstSlot(ofProviderSession: session, issuer: issuer), by: \.providerSession)
    }

    private func chained(from first: Int?, by link: KeyPath<Slot, Link>) -> [SessionRecord] {
        var records: [SessionRecord] = []
        var slot = Int32(first ?? -1)
        while slot >= 0 {
            if let record = slots[Int(slot)].record { records.append(record) }
            slot = slots[Int(slot)][keyPath: link].next
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
        slots[Int(slot)].userHash = userHash
        chain(
            Int(slot), before: firstSlot(of: subject, issuer: record.issuer), in: \.byUser, by: \.user, hash: userHash)
        if let session = record.providerSession {
            let hash = Self.hash(session, record.issuer)
            slots[Int(slot)].providerSessionHash = hash
            chain(
                Int(slot), before: firstSlot(ofProviderSession: session, issuer: record.issuer),
                in: \.byProviderSession, by: \.providerSession, hash: hash)
        }
        slots[Int(slot)].record = record
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
        unchain(index, in: \.byUser, by: \.user, hash: entry.userHash)
        if record.providerSession != nil {
            unchain(index, in: \.byProviderSession, by: \.providerSession, hash: entry.providerSessionHash)
        }
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

    /// Puts a slot at the head of a list that a table knows by its first slot, so that however many have the same name, the table has one
    /// entry for them.
    private mutating func chain(
        _ slot: Int, before first: Int?, in table: WritableKeyPath<Self, SlotTable>,
        by link: WritableKeyPath<Slot, Link>, hash: UInt32
    ) {
        guard let first else { return self[keyPath: table].insert(slot, hash: hash) }
        self[keyPath: table].replace(first, by: slot, hash: hash)
        slots[slot][keyPath: link].next = Int32(first)
        slots[first][keyPath: link].previous = Int32(slot)
    }

    private mutating func unchain(
        _ slot: Int, in table: WritableKeyPath<Self, SlotTable>, by link: WritableKeyPath<Slot, Link>, hash: UInt32
    ) {
        let entry = slots[slot][keyPath: link]
        if entry.previous >= 0 {
            slots[Int(entry.previous)][keyPath: link].next = entry.next
        } else if entry.next >= 0 {
            self[keyPath: table].replace(slot, by: Int(entry.next), hash: hash)
        } else {
            self[keyPath: table].remove(slot, hash: hash)
        }
        if entry.next >= 0 { slots[Int(entry.next)][keyPath: link].previous = entry.previous }
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

    private func firstSlot(ofProviderSession session: String, issuer: String) -> Int? {
        byProviderSession.first(hash: Self.hash(session, issuer)) { slot in
            guard let record = slots[slot].record, let own = record.providerSession else { return false }
            return own.utf8.elementsEqual(session.utf8) && record.issuer.utf8.elementsEqual(issuer.utf8)
        }
    }

    private func isOf(_ subject: String, _ issuer: String, _ slot: Int) -> Bool {
        slots[slot].record?.belongs(to: subject, issuer: issuer) ?? false
    }

    /// Of a name that a provider gives. Seeded anew in each process: subjects are the provider's users' to choose.
    private static func hash(_ name: String, _ issuer: String) -> UInt32 {
        var hasher = Hasher()
        for byte in name.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
        for byte in issuer.utf8 { hasher.combine(byte) }
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}
