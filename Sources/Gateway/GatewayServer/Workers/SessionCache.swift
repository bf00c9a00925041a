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
        fileprivate var lines: [UInt8] = []
        /// The same and `x-amzn-oidc-accesstoken`, once a rule has asked for it.
        fileprivate var linesWithToken: [UInt8] = []
        /// A sealed session as its browser sent it last, and where to; empty for one that the host holds.
        fileprivate(set) var sealed = SealedText()
        /// The version of the record's tokens that were signed.
        fileprivate var version = -1
        /// When those tokens were given out, in seconds since 1970.
        fileprivate(set) var grantedAt = 0
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

        /// The lines of the signed-in user's identity for a backend.
        func lines(withAccessToken sendsToken: Bool) -> [UInt8] {
            guard sendsToken else { return lines }
            if linesWithToken.isEmpty {
                let token = record.tokens.accessToken
                precondition(token.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "an access token ends no line")
                linesWithToken = lines + Array("\(IdentityHeader.accessToken): \(token)\r\n".utf8)
            }
            return linesWithToken
        }
    }

    let store: SessionStore
    private let signer: IdentitySigner
    private let refresher: SessionRefresher
    private(set) var entries: [SessionID: Entry] = [:]
    /// Which entry is which session's, as the host names it.
    private var ids: [SessionDigest: SessionID] = [:]

    /// Seconds a signed identity is valid.
    static let lifetime = 120
    /// Seconds before its end at which it is signed anew.
    static let renewal = 60
    /// Sessions kept at most; when full, the cache starts anew, since the store still has them.
    static let limit = 65_536
    /// The same, of sealed ones, whose cookies are kept, too.
    static let sealedLimit = 8192

    /// A sealed session's cookies, joined, and the host that they are of.
    struct SealedText {
        var text: [UInt8] = []
        var host: [UInt8] = []
        /// When it was sealed, in seconds since 1970.
        var sealedAt = 0
        /// When its tokens were given out.
        var grantedAt = 0
    }

    init(store: SessionStore, signer: IdentitySigner, refresher: SessionRefresher) {
        self.store = store
        self.signer = signer
        self.refresher = refresher
    }

    /// The live session with this id, or nil. `now` in seconds since 1970.
    func entry(for id: SessionID, now: Int) -> Entry? {
        if let entry = entries[id] {
            return live(entry, now: now)
        }
        guard let record = store.session(id, now: now) else { return nil }
        return keep(record, id: id, sealed: SealedText(), now: now)
    }

    /// The entry, if its session stands; its lines are those of now.
    func live(_ entry: Entry, now: Int) -> Entry? {
        guard entry.record.isLive(at: now) else {
            forget(entry.record.digest)
            return nil
        }
        if now >= entry.renewAt || entry.version != entry.record.version { sign(entry, now: now) }
        used(entry.record, now: now)
        return entry
    }

    /// Takes a session in.
    func keep(_ record: SessionRecord, id: SessionID, sealed: SealedText, now: Int) -> Entry {
        if entries.count >= (record.isSealed ? Self.sealedLimit : Self.limit) {
            entries.removeAll(keepingCapacity: true)
            ids.removeAll(keepingCapacity: true)
        }
        let entry = Entry(record: record)
        entry.sealed = sealed
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
        let tokens = record.tokens
        let claims = tokens.claims
        entry.grantedAt = tokens.grantedAt
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
        entry.linesWithToken = []
    }
}
