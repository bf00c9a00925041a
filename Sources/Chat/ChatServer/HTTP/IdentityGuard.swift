import Conversations
import Foundation
import Hummingbird
import Identity
import Logging

/// Lets a request pass only if the gateway vouches for the person behind it.
///
/// `x-amzn-oidc-data` must be there once and verify, and the plain `x-amzn-oidc-identity` beside it must name the same
/// subject. Only the health checks are exempt: they say nothing about anybody.
struct IdentityGuard: RouterMiddleware {
    typealias Context = ChatRequestContext

    let verifier: IdentityVerifier
    let issuer: String
    let store: any ConversationStore

    func handle(
        _ request: Request, context: ChatRequestContext,
        next: (Request, ChatRequestContext) async throws -> Response
    ) async throws -> Response {
        if HealthRoutes.paths.contains(request.uri.path) { return try await next(request, context) }
        let identity = try verify(request, logger: context.logger)
        let name = ["name", "preferred_username", "cognito:username", "username", "email"]
            .compactMap { identity.text($0) }.first
        let user = try await store.user(
            for: UserIdentity(
                issuer: issuer, subject: identity.subject, displayName: String((name ?? "Signed in").prefix(100))),
            now: .now)
        var context = context
        context.visitor = Visitor(user: user, identity: identity)
        return try await next(request, context)
    }

    private func verify(_ request: Request, logger: Logger) throws -> VerifiedIdentity {
        let tokens = request.headers[values: .identityData]
        guard tokens.count == 1, let token = tokens.first else {
            logger.notice("request without identity refused", metadata: ["tokens": "\(tokens.count)"])
            throw Problem.unidentified
        }
        let identity: VerifiedIdentity
        do {
            identity = try verifier.verify(token, now: Int(Date().timeIntervalSince1970))
        } catch {
            logger.notice("identity refused", metadata: ["reason": "\(error)"])
            throw Problem.unidentified
        }
        guard request.headers[values: .identitySubject] == [identity.subject] else {
            logger.notice("identity refused", metadata: ["reason": "the plain subject is missing or another one"])
            throw Problem.unidentified
        }
        return identity
    }
}

extension HTTPField.Name {
    static let identityData = HTTPField.Name(IdentityHeader.data)!
    static let identitySubject = HTTPField.Name(IdentityHeader.identity)!
}
