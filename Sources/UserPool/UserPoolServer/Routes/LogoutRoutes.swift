import Accounts
import Hummingbird
import Pages
import UserPoolStore

/// `/logout`: ends the browser's session at the pool; the applications that it signed in to are told. Tokens stay good, as with Cognito.
struct LogoutRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) {
        router.get("logout") { request, _ in try await logout(request) }
    }

    private func logout(_ request: Request) async throws -> Response {
        guard let parameters = request.queryForm else {
            throw refusal(LogoutRequest.Refusal.missingClient)
        }
        var hintedClient: String?
        if let hint = parameters.unique("id_token_hint") {
            hintedClient = await pool.tokens.client(ofIDTokenHint: hint)
        }
        let response: Response
        let clients = try await pool.clients(namedIn: parameters, orHinted: hintedClient)
        switch LogoutRequest(parameters, clients: clients, hintedClientID: hintedClient) {
        case .refused(let reason): throw refusal(reason)
        case .redirect(let target): response = .redirect(to: target)
        case .signInAgain: response = .redirect(to: "/login?\(request.rawQuery)")
        case .confirm: response = signedOutPage(request)
        }
        return try await end(request, response)
    }

    private func end(_ request: Request, _ response: Response) async throws -> Response {
        if let session = request.cookie(SessionCookies.session) {
            try await pool.store.signOut(browserSession: session, now: pool.now)
        }
        var response = response
        response.setCookie(SessionCookies.removal)
        return response
    }

    private func signedOutPage(_ request: Request) -> Response {
        .page(
            pool.pages.render(
                .signedOut(next: pool.wayBack?.href, clientName: pool.configuration.client.name),
                language: request.language))
    }

    private func refusal(_ reason: LogoutRequest.Refusal) -> PoolError {
        PoolError(
            400, Texts.requestedPage, Text(verbatim: reason.rawValue),
            hint: Text(
                "You are still signed in. Sign out from the application.",
                de: "Sie sind noch angemeldet. Melden Sie sich bei der Anwendung ab."), action: pool.wayBack)
    }
}
