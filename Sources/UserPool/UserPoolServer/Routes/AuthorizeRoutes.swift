import Accounts
import HTTPTypes
import Hummingbird
import Pages
import UserPoolStore

/// `/oauth2/authorize` and what follows from it.
struct AuthorizeRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) {
        router.get("oauth2/authorize") { request, _ in try await authorize(request) }
        router.get("error") { request, _ in try error(request) }
    }

    private func authorize(_ request: Request) async throws -> Response {
        switch try Self.read(request, pool) {
        case .refused(let response):
            return response
        case .valid(let authorization):
            if !authorization.wantsNewSignIn, let session = try await Self.session(of: request, pool) {
                return try await Self.finish(
                    authorization, for: session.user, authenticatedAt: session.authenticatedAt, session: session.id,
                    pool)
            }
            guard !authorization.forbidsPages else {
                let redirect = AuthorizationRefusal.ErrorRedirect(
                    redirectURI: authorization.redirectURI, error: .loginRequired, state: authorization.state)
                return .redirect(to: redirect.location)
            }
            return .redirect(to: "/login?\(request.rawQuery)")
        }
    }

    /// Cognito's page for requests whose redirect address cannot be trusted. Nothing of the query is shown.
    private func error(_ request: Request) throws -> Response {
        throw PoolError(
            400, "An error was encountered with the requested page.",
            "The application asked for sign-in in a way this user pool does not know.",
            hint: request.queryForm?["error"] == "redirect_mismatch"
                ? "Its client id or callback address is not registered here. The address must match to the letter."
                : "Start again from the application.",
            action: pool.wayBack)
    }

    /// An authorization request, or how it is answered when it is not good.
    enum Reading {
        case valid(AuthorizationRequest)
        case refused(Response)
    }

    /// Reads the authorization request in the query of `request`.
    static func read(_ request: Request, _ pool: Pool) throws -> Reading {
        guard let parameters = request.queryForm else {
            throw PoolError(
                400, "The request was not understood", "Its query is malformed.",
                hint: "Start again from the application.",
                action: pool.wayBack)
        }
        do {
            return .valid(try AuthorizationRequest(parameters, clients: pool.clients))
        } catch {
            switch error {
            case .redirect(let redirect):
                return .refused(.redirect(to: redirect.location))
            case .page(.missingClient):
                throw PoolError(
                    400, "An error was encountered with the requested page.",
                    LogoutRequest.Refusal.missingClient.rawValue,
                    hint: "Start again from the application.", action: pool.wayBack)
            case .page(.unknownClient), .page(.unregisteredRedirect):
                let client = parameters["client_id"] ?? ""
                return .refused(
                    .redirect(
                        to: FormParameters.url(
                            "/error",
                            adding: [("error", "redirect_mismatch"), ("client_id", String(client.prefix(128)))])))
            }
        }
    }

    /// The session of the browser that sent `request`.
    static func session(of request: Request, _ pool: Pool) async throws -> BrowserSession? {
        guard let token = request.cookie(SessionCookies.session), !token.isEmpty else { return nil }
        return try await pool.store.browserSession(token, now: pool.now)
    }

    /// Sends the browser back to the client with a code.
    static func finish(
        _ authorization: AuthorizationRequest, for user: User, authenticatedAt: Int, session: String, _ pool: Pool
    ) async throws -> Response {
        let code = try await pool.store.makeCode(
            for: authorization, subject: user.subject, authenticatedAt: authenticatedAt, session: session, now: pool.now
        )
        var answer = [("code", code.text)]
        if let state = authorization.state { answer.append(("state", state)) }
        return .redirect(to: FormParameters.url(authorization.redirectURI, adding: answer))
    }
}
