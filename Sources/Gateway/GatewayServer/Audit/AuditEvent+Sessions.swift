import Audit
import Sessions

extension AuditEvent {
    /// What happened to a session.
    init(_ kind: Kind, of record: SessionRecord, by caller: Caller, reason: String? = nil) {
        self.init(
            kind, subject: record.subject, user: record.userName, address: caller.address,
            session: record.shortID, request: RequestID.make(), provider: record.issuer, reason: reason)
    }
}
