import Identity
import OpenIDConnect
import Sessions
import Wire

/// One worker's view of the sessions it has seen: the identity header lines, ready to be copied, for a minute.
///
/// The store is asked once per session and worker; afterwards a request costs a look-up and one atomic load, which sees a session's end at once.
final class SessionCache {
    /// A session and its signed identity.
    final class Entry {
        let record: SessionRecord
        /// `x-amzn-oidc-identity` and `x-amzn-oidc-data`, as lines.
        fileprivate(set) var lines: [UInt8] = []
        /// The version of the record's tokens that were signed.
        fileprivate var version = -1
        /// Unix time from which the identity is signed anew; never, once it lasts as long as the session.
        fileprivate var renewAt = 0
        fileprivate var standings = Standings()

        init(record: SessionRecord) {
            self.record = record
        }

        /// How the user stands under the authorisation with this index; worked out once each time the identity is signed.
        func standing(under index: Int, _ rules: AuthorizationRules) -> AuthorizationStanding {
            standings.get(index, rules) {
                let tokens = record.tokens
                return SessionClaims.merge(idToken: tokens.idToken, userInfo: tokens.claims)
            }
        }
    }

    private let store: SessionStore
    private let signer: IdentitySigner
    private let refresher: SessionRefresher
    private var entries: [SessionID: Entry] = [:]
    /// Which entry is which session's, as the host names it.
    private var ids: [SessionDigest: SessionID] = [:]

    /// Seconds a signed identity is valid.
    static let lifetime = 120
    /// Seconds before its end at which it is signed anew.
    static let renewal = 60
    /// Sessions kept at most; when full, the cache starts anew, since the store still has them.
    static let limit = 65_536

    init(store: SessionStore, signer: IdentitySigner, refresher: SessionRefresher) {
        self.store = store
        self.signer = signer
        self.refresher = refresher
    }

    /// The live session with this id, or nil. `now` in seconds since 1970.
    func entry(for id: SessionID, now: Int) -> Entry? {
        if let entry = entries[id] {
            guard entry.record.isLive(at: now) else {
                forget(entry.record.digest)
                return nil
            }
            if now >= entry.renewAt || entry.version != entry.record.version { sign(entry, now: now) }
            used(entry.record, now: now)
            return entry
        }
        guard let record = store.session(id, now: now) else { return nil }
        if entries.count >= Self.limit {
            entries.removeAll(keepingCapacity: true)
            ids.removeAll(keepingCapacity: true)
        }
        let entry = Entry(record: record)
        sign(entry, now: now)
        entries[id] = entry
        ids[record.digest] = id
        used(record, now: now)
        return entry
    }

    /// Notes that a session is in use.
    func used(_ record: SessionRecord, now: Int) {
        if record.touch(now: now) { store.recordSeen(record) }
        if record.isRefreshDue(at: now) { refresher.refreshDue(record, now: now) }
    }

    /// Forgets a session that has ended.
    func forget(_ session: SessionDigest) {
        if let id = ids.removeValue(forKey: session) { entries[id] = nil }
    }

    private func sign(_ entry: Entry, now: Int) {
        let record = entry.record
        // Before the claims: if they change in between, they are signed once more.
        entry.version = record.version
        entry.standings = Standings()
        let claims = record.tokens.claims
        let signedUntil = min(now + Self.lifetime, record.expiresAt)
        entry.renewAt = signedUntil == record.expiresAt ? .max : signedUntil - Self.renewal
        let token = signer.sign(
            claims, issuer: record.issuer, client: record.client, expiry: signedUntil, issuedAt: now)
        var lines = "\(IdentityHeader.data): \(token)\r\n"
        // The provider's word goes into a header line only where it cannot end that line; the signed token says it in any case.
        if claims.subject.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            lines += "\(IdentityHeader.identity): \(claims.subject)\r\n"
        }
        entry.lines = Array(lines.utf8)
    }
}
