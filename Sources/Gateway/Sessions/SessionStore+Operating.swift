/// What operators, the provider's logout calls and the user's own page ask of the store.
extension SessionStore {
    /// Every session of a user, in no particular order.
    public func sessions(of user: String, issuer: String) -> [SessionRecord] {
        withIndex { $0.records(of: user, issuer: issuer) }
    }

    /// Some of the sessions, for a list: go on from `next` until that is nil.
    ///
    /// The store is not stopped in between: what begins or ends while a list is read may be in it or not; what stands all the while is in it
    /// once.
    /// - Parameters:
    ///   - position: 0 at first, then `next`.
    ///   - limit: how many places are looked at, at least 1; less than that many sessions may come.
    public func sessions(from position: Int = 0, limit: Int = 1000) -> (records: [SessionRecord], next: Int?) {
        withIndex { index in
            let end = min(index.slotCount, position + max(1, limit))
            guard position < end else { return ([], nil) }
            return (index.records(inSlots: position..<end), end < index.slotCount ? end : nil)
        }
    }

    /// Every session that stands, in no order; read piece by piece, so that nobody waits for the whole list.
    /// - Parameter now: seconds since 1970.
    public func list(now: Int) -> [SessionRecord] {
        var all: [SessionRecord] = []
        var position: Int? = 0
        while let from = position {
            let (records, next) = sessions(from: from)
            all += records.filter { $0.isLive(at: now) }
            position = next
        }
        return all
    }

    /// Ends every session of a user, on whatever browser. Durable only once ``settled()`` has returned.
    /// - Returns: the sessions that were ended.
    @discardableResult
    public func end(user: String, issuer: String, as reason: SessionEnd = .revoked) -> [SessionRecord] {
        endAll(as: reason) { $0.records(of: user, issuer: issuer) }
    }

    /// Ends every session for which `isEnded` holds. It is asked under the lock, about every session there is: for rare events.
    @discardableResult
    public func end(as reason: SessionEnd = .revoked, where isEnded: (SessionRecord) -> Bool) -> [SessionRecord] {
        endAll(as: reason) { $0.records(inSlots: 0..<$0.slotCount).filter(isEnded) }
    }
}
