import Audit
import Pages
import Sessions

extension AuditEvent {
    /// What happened to a session.
    init(_ kind: Kind, of record: SessionRecord, by caller: Caller, reason: String? = nil) {
        self.init(
            kind, subject: record.subject, user: record.userName, address: caller.address,
            session: record.shortID, request: RequestID.make(), provider: record.issuer, reason: reason)
    }
}

extension ClientStream {
    /// Records that a request was refused for want of a session or a right; `session` is the one it came with, if it stands.
    func noteDenial(_ page: ErrorPage, session: SessionRecord?) {
        worker.core.audit.record(
            AuditEvent(
                .denied, subject: session?.subject, user: session?.userName, address: caller.address,
                session: session?.shortID, request: page.requestID, provider: session?.issuer,
                reason: page.cause))
    }
}
