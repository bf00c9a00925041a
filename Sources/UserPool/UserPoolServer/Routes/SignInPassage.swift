import Accounts
import Hummingbird
import Logging
import UserPoolStore

/// What follows a step of a sign-in on the pages: the next step, or the way back to the client.
struct SignInPassage: Sendable {
    let pool: Pool
    private var forms: HostedForms { HostedForms(pool: pool) }

    /// Shows the next step's page, or sends the browser back to the client.
    func goOn(
        _ result: SignInResult, _ request: Request, _ authorization: AuthorizationRequest, _ context: PoolContext
    ) async throws -> Response {
        switch result {
        case .browser(let user, let session):
            context.logger.notice("Signed in", metadata: ["sub": "\(user.subject)"])
            let response = try await finish(session, request, authorization)
            return try await with(session, of: user, replacing: request, response)
        case .challenge(let user, let step, let token):
            return forms.answer(
                request, authorization, try await page(step, of: user, challenge: token.text, request))
        case .tokens:
            preconditionFailure("a sign-in on the pages gives no tokens")
        }
    }

    /// The page of a step.
    func page(
        _ step: ChallengeStep, of user: User, challenge: String, _ request: Request, error: FormError? = nil
    ) async throws -> HostedPage {
        switch step {
        case .newPassword:
            return .newPassword(
                challenge: challenge, username: user.username.text, policy: try await pool.rules().passwordPolicy,
                assessment: nil, attributes: try await pool.missingAttributes(of: user), language: request.language,
                error: error)
        case .softwareToken:
            return .code(challenge: challenge, error: error)
        case .softwareTokenSetup, .softwareTokenVerified:
            // After a wrong code the same secret once more: the app has it already.
            let pending = error == nil ? nil : try await pool.store.pendingSoftwareToken(of: user.subject)
            let made =
                if let pending { pending } else {
                    try await pool.store.newSoftwareToken(for: user.subject, now: pool.now)
                }
            guard let secret = made else { throw forms.stepIsOver(request) }
            return .setUp(
                challenge: challenge, secret: secret,
                account: (issuer: pool.configuration.poolName, username: user.username.text), error: error)
        }
    }

    /// The way back to the client.
    func finish(
        _ session: OpaqueToken, _ request: Request, _ authorization: AuthorizationRequest
    ) async throws -> Response {
        guard let begun = try await pool.store.browserSession(session.text, now: pool.now),
            let response = try await AuthorizeRoutes.finish(authorization, begun, pool)
        else { throw forms.stepIsOver(request) }
        return response
    }

    /// `response` with the cookies of a new session, never the one the browser brought.
    func with(
        _ session: OpaqueToken, of user: User, replacing request: Request, _ response: Response
    ) async throws -> Response {
        if let old = request.cookie(SessionCookies.session) { try await pool.store.endBrowserSession(old) }
        var response = response
        response.setCookie(
            SessionCookies.make(SessionCookies.session, session.text, maxAge: UserPoolStore.browserSessionLifetime))
        response.setCookie(
            SessionCookies.make(
                SessionCookies.knownBrowser, pool.knownBrowser.make(for: user.username, now: pool.now),
                maxAge: KnownBrowser.lifetime))
        return response
    }
}
