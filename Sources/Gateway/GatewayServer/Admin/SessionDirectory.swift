import Foundation
import Identity
import OpenIDConnect
import Sessions

/// The sessions of this host as those see and end them who do not hold their cookies: the operator, and each user his own.
struct SessionDirectory: Sendable {
    let store: SessionStore

    /// The standing sessions that fit, the newest sign-ins first.
    ///
    /// - Parameters:
    ///   - user: a subject or a name, exactly; nil: everybody.
    ///   - limit: how many are listed at most.
    func list(user: String? = nil, limit: Int, now: Int) -> SessionList {
        var records = store.list(now: now)
        if let user { records.removeAll { $0.subject != user && $0.userName != user } }
        records.sort { ($0.createdAt, $0.shortID) > ($1.createdAt, $1.shortID) }
        return SessionList(total: records.count, sessions: records.prefix(limit).map(SessionSummary.init))
    }

    /// The standing sessions of one user at one provider, the newest first.
    func sessions(of subject: String, issuer: String, now: Int) -> [SessionRecord] {
        store.sessions(of: subject, issuer: issuer).filter { $0.isLive(at: now) }
            .sorted { ($0.createdAt, $0.shortID) > ($1.createdAt, $1.shortID) }
    }

    /// The standing sessions whose short hash is this; more than one among very many.
    func sessions(shortID: String, now: Int) -> [SessionRecord] {
        store.list(now: now).filter { $0.shortID == shortID }
    }

    /// Ends sessions, and with them their streams.
    ///
    /// - Returns: those that stood until now.
    func end(_ records: [SessionRecord]) -> [SessionRecord] {
        records.filter { store.end($0.digest) != nil }
    }
}

extension SessionSummary {
    init(_ record: SessionRecord) {
        id = record.shortID
        subject = record.subject
        user = record.userName
        issuer = record.issuer
        client = record.client
        signedInAt = Date(timeIntervalSince1970: TimeInterval(record.createdAt))
        endsAt = Date(timeIntervalSince1970: TimeInterval(record.expiresAt))
    }
}

extension SessionIdentity {
    init(_ record: SessionRecord) {
        let tokens = record.tokens
        (subject, issuer, client) = (record.subject, record.issuer, record.client)
        cookieName = record.provider.cookieName
        let claims = SessionClaims.merge(idToken: tokens.idToken, userInfo: tokens.claims)
        self.claims = String(decoding: JSONValue.object(claims).json, as: UTF8.self)
    }
}

extension SessionRecord {
    /// The short hash that logs show.
    var shortID: String { digest.description }

    /// What the tokens of the user's own forms are made from: nobody sees it but the gateway.
    var formSeed: [UInt8] { digest.bytes }

    /// What the provider calls the user, in the first of these claims that is a text.
    var userName: String? {
        guard let members = JSONValue(json: tokens.claims.json)?.object else { return nil }
        return ["preferred_username", "cognito:username", "username", "email", "name"]
            .lazy.compactMap { members[$0]?.string }.first { !$0.isEmpty }
    }
}
