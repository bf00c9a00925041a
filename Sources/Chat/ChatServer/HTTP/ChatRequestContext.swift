import Conversations
import Hummingbird
import Identity

/// What is known of a request beside the request itself.
struct ChatRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The user, once the gateway's statement has been verified.
    var visitor: Visitor?

    init(source: Source) {
        coreContext = .init(source: source)
    }

    /// The user this request comes from.
    ///
    /// - Throws: 401 when the request was let through without identity, which only the health check is.
    func requireVisitor() throws -> Visitor {
        guard let visitor else { throw Problem.unidentified }
        return visitor
    }
}

/// A person whose identity was verified for this request.
struct Visitor: Sendable {
    let user: User
    let identity: VerifiedIdentity

    /// Whether the identity says one of the values that make an administrator.
    func isAdministrator(by rule: ChatConfiguration.Administrators) -> Bool {
        guard let claim = identity.claims[rule.claim] else { return false }
        return (claim.array ?? [claim]).contains { value in rule.values.contains { value.isText($0) } }
    }
}
