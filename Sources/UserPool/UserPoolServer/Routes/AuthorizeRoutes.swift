import Accounts
import HTTPTypes
import Hummingbird
import Logging
import Tokens
import UserPoolStore

/// `/oauth2/authorize` and what follows from it.
struct AuthorizeRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) {
        // The short form is an old one that Cognito has been seen to answer, too.
        for path in ["oauth2/authorize", "authorize"] {
            router.get(RouterPath(path)) { request, context in try await authorize(request, context) }
        }
        router.get("error") { request, _ in try error(request) }
    }

    private func authorize(_ request: Request, _ context: PoolContext) async throws -> Response {
        switch try await Self.read(request, pool) {
        case .refused(let response):
            return response
        case .valid(let authorization):
            func tell(_ error: AuthorizationError) -> Response {
                let redirect = AuthorizationRefusal.ErrorRedirect(
                    redirectURI: authorization.redirectURI, error: error, state: authorization.state)
                return .redirect(to: redirect.location)
            }
            do {
                if let session = try await Self.session(of: request, for: authorization, pool),
                    let response = try await Self.finish(authorization, session, pool)
                {
                    return response
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                // The address is known to be the client's, so the client is told (RFC 6749 §4.1.2.1).
                context.logger.error("An authorization failed inside the pool", metadata: ["error": "\(error)"])
                return tell(.serverError)
            }
            guard !authorization.forbidsPages else { return tell(.loginRequired) }
            return .redirect(to: "/login?\(request.rawQuery)")
        }
    }

    /// Cognito's page for requests whose redirect address cannot be trusted. Nothing of the query is shown.
    private func error(_ request: Request) throws -> Response {
        throw PoolError(
            400, Texts.requestedPage,
            Text(
                "The application asked for sign-in in a way this user pool does not know.",
                de:
                    "Die Anwendung hat die Anmeldung auf eine Weise verlangt, die dieses Benutzerverzeichnis nicht kennt."
            ),
            hint: request.queryForm?["error"] == "redirect_mismatch"
                ? Text(
                    "Its client id or callback address is not registered here. The address must match to the letter.",
                    de: "Ihre Client-Id oder Rückkehradresse ist hier nicht eingetragen. Sie muss aufs Zeichen stimmen."
                )
                : Texts.wayBack, action: pool.wayBack)
    }

    /// An authorization request, or how it is answered when it is not good.
    enum Reading {
        case valid(AuthorizationRequest)
        case refused(Response)
    }

    /// Reads the authorization request in the query of `request`.
    static func read(_ request: Request, _ pool: Pool) async throws -> Reading {
        guard let parameters = request.queryForm else {
            throw PoolError(
                400, Text("The request was not understood", de: "Die Anfrage war nicht zu verstehen"),
                Text("Its query is malformed.", de: "Ihre Parameter sind fehlerhaft."), hint: Texts.wayBack,
                action: pool.wayBack)
        }
        let clients = try await pool.clients(namedIn: parameters)
        do throws(AuthorizationRefusal) {
            return .valid(try AuthorizationRequest(parameters, clients: clients))
        } catch {
            switch error {
            case .redirect(let redirect):
                return .refused(.redirect(to: redirect.location))
            case .page(.missingClient):
                throw PoolError(
                    400, Texts.requestedPage, Text(verbatim: LogoutRequest.Refusal.missingClient.rawValue),
                    hint: Texts.wayBack, action: pool.wayBack)
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

    /// The session of the browser that sent `request`, if it will do for `authorization`.
    static func session(
        of request: Request, for authorization: AuthorizationRequest, _ pool: Pool
    ) async throws -> BrowserSession? {
        guard !authorization.wantsNewSignIn, let token = request.cookie(SessionCookies.session), !token.isEmpty,
            let session = try await pool.store.browserSession(token, now: pool.now),
            authorization.isRecentEnough(authenticatedAt: session.authenticatedAt, now: pool.now),
            try await pool.rules(for: authorization).accept(signInOf: session.user, usedMFA: session.usedMFA)
        else { return nil }
        return session
    }

    /// Sends the browser back to the client with a code; nil where the session has ended meanwhile.
    static func finish(
        _ authorization: AuthorizationRequest, _ session: BrowserSession, _ pool: Pool
    ) async throws -> Response? {
        if authorization.responseType == .token { return try await finishWithTokens(authorization, session, pool) }
        guard let code = try await pool.store.makeCode(for: authorization, in: session, now: pool.now) else {
            return nil
        }
        var answer = [("code", code.text)]
        if let state = authorization.state { answer.append(("state", state)) }
        return .redirect(to: FormParameters.url(authorization.redirectURI, adding: answer))
    }

    /// The implicit grant: tokens in the address's fragment, no refresh token.
    private static func finishWithTokens(
        _ authorization: AuthorizationRequest, _ session: BrowserSession, _ pool: Pool
    ) async throws -> Response? {
        guard let client = try await pool.client(authorization.clientID)?.application else {
            throw HTTPError(.internalServerError)
        }
        let lifetime = max(client.lifetimes.access, client.lifetimes.id)
        guard
            let signIn = try await pool.store.beginSignIn(
                for: authorization, in: session, lifetime: lifetime, now: pool.now)
        else { return nil }
        let tokens = try await pool.tokens.issue(
            TokenGrant(signIn, for: client, nonce: authorization.nonce), now: pool.now)
        var answer = tokens.idToken.map { [("id_token", $0)] } ?? []
        answer += [
            ("access_token", tokens.accessToken), ("token_type", "bearer"), ("expires_in", String(tokens.expiresIn)),
        ]
        if let state = authorization.state { answer.append(("state", state)) }
        return .redirect(to: "\(authorization.redirectURI)#\(FormParameters.encode(answer))")
    }
}
