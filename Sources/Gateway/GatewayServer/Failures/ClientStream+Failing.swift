import Audit
import Foundation
import Pages
import Sessions

extension ClientStream {
    /// Keeps for the operator that the current request is answered with `page`.
    ///
    /// - Parameter session: the one it came with, if it stands.
    func noteFailure(_ page: ErrorPage, session: SessionRecord? = nil) {
        request.access?.note(page, isBeforeRules: request.rule < 0)
        let rule = request.rule >= 0 ? listener.routing.rules.rules[Int(request.rule)] : nil
        worker.core.failures.add(
            FailedRequest(
                id: page.requestID, time: Date(), status: page.status, title: page.title, message: page.message,
                cause: page.cause, detail: page.detail.isEmpty ? nil : page.detail, request: request.line.text,
                listener: listener.name, rule: rule.map { $0.priority.map { "priority \($0)" } ?? "the default rule" },
                address: caller.address, session: session?.shortID, subject: session?.subject,
                provider: session?.issuer
                    ?? rule?.authentication.map { worker.core.configuration.identityProviders[$0.provider].issuer }))
    }

    /// Records that a request was refused for want of a session or a right; `session` is the one it came with, if it stands.
    func noteDenial(_ page: ErrorPage, session: SessionRecord?) {
        worker.core.audit.record(
            AuditEvent(
                .denied, subject: session?.subject, user: session?.userName, address: caller.address,
                session: session?.shortID, request: page.requestID, provider: session?.issuer, reason: page.cause))
    }
}
