import Audit
import Sessions

extension AuditEvent {
    /// What happened to a session.
    init(_ kind: Kind, of record: SessionRecord, by caller: Caller, reason: String? = nil) {
        self.init(
            kind, subject: record.subject, user: record.userName, address: caller.address,
            session: record.shortID, request: RequestID.make(), provider: record.issuer, reason: reason)
    }

    /// The end of a session that nobody asked for; nil for an end that whoever brings it about records.
    init?(ofItself record: SessionRecord, _ reason: SessionEnd) {
        switch reason {
        case .signedOut, .revoked, .endedByProvider: return nil
        case .expired, .idle, .refreshRefused, .subjectChanged, .evicted, .replaced: break
        }
        self.init(
            .ended, subject: record.subject, user: record.userName, session: record.shortID, provider: record.issuer,
            reason: reason.rawValue)
    }
}
