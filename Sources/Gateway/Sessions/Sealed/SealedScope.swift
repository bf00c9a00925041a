import Crypto

/// Whose sealed sessions were ended together: all of a user, or of one session at the provider.
///
/// A browser that holds its session itself may bring it later, or after a restart, to a host that has never seen it. So what was ended is known by
/// whose it is and until when it began; only hashes are kept, of which every part has its length before it.
public struct SealedScope: Hashable, Sendable {
    let digest: SessionDigest

    /// A user's, at every client of his provider.
    public init(user subject: String, issuer: String) {
        self.init("user", [issuer, subject])
    }

    /// What a provider names to one of its clients: its session where it names one, else all of the user's; where both, both have to fit.
    /// Nil if it names neither.
    public init?(issuer: String, client: String, subject: String?, providerSession: String?) {
        switch (providerSession, subject) {
        case (let session?, let subject?): self.init("session of user", [issuer, client, session, subject])
        case (let session?, nil): self.init("session", [issuer, client, session])
        case (nil, let subject?): self.init("user of client", [issuer, client, subject])
        case (nil, nil): return nil
        }
    }

    private init(_ kind: String, _ parts: [String]) {
        var fields = PackedFields()
        for part in ["gatehouse sealed scope 1", kind] + parts { fields.append(part.utf8) }
        guard let digest = SessionDigest(Array(SHA256.hash(data: fields.bytes))) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        self.digest = digest
    }

    init(digest: SessionDigest) { self.digest = digest }

    /// Every scope that a session belongs to.
    static func all(
        of provider: SessionProvider, subject: String, providerSession: String?
    ) -> [SealedScope] {
        let (issuer, client) = (provider.issuer, provider.client)
        var named: [(session: String?, subject: String?)] = [(nil, subject)]
        if let providerSession { named += [(providerSession, nil), (providerSession, subject)] }
        return [SealedScope(user: subject, issuer: issuer)]
            + named.compactMap {
                SealedScope(issuer: issuer, client: client, subject: $0.subject, providerSession: $0.session)
            }
    }
}

extension SessionStore {
    /// Ends what browsers hold, sealed, and this host has not seen: whatever in `scope` began by now. To be called before what it has seen is
    /// ended. Does nothing where sessions are not sealed. Durable only once ``settled()`` has returned.
    /// - Parameter now: seconds since 1970.
    public func endUnseen(_ scope: SealedScope, now: Int) {
        guard endsUnseen else { return }
        close(scope, at: now)
    }

    /// When a session that begins now is to say that it began: not before what was ended in its user's name.
    /// - Parameter now: seconds since 1970.
    public func beginning(
        of provider: SessionProvider, subject: String, providerSession: String?, now: Int
    ) -> Int {
        guard endsUnseen else { return now }
        let closed = closed
        guard !closed.isEmpty else { return now }
        return SealedScope.all(of: provider, subject: subject, providerSession: providerSession)
            .compactMap { closed[$0] }.reduce(now) { max($0, $1 + 1) }
    }

    /// Seconds for which such an end has to be known: no session lasts longer (the load balancer's `SessionTimeout`).
    static let longestSession = 604_800
}
