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
        switch LogoutRequest(parameters, clients: pool.clients, hintedClientID: hintedClient) {
        case .refused(let reason): throw refusal(reason)
        case .redirect(let target): response = .redirect(to: target)
        case .signInAgain: response = .redirect(to: "/login?\(request.rawQuery)")
        case .confirm: response = signedOutPage()
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

    private func signedOutPage() -> Response {
        let action = pool.wayBack.map {
            "<p class=\"actions\"><a class=\"button\" href=\"\(HTML.escape($0.href))\">\(HTML.escape($0.label))</a></p>"
        }
        let content = """
            <main class="card">
            <p class="brand">\(PageFrame.mark)<span>\(HTML.escape(pool.configuration.poolName))</span></p>
            <h1>You are signed out</h1>
            <p>This browser is no longer signed in at the user pool.</p>
            \(action ?? "")
            </main>
            """
        return .page(
            PageFrame.render(
                title: "Signed out – \(pool.configuration.poolName)", bodyClass: "centered",
                stylesheets: [pool.pages.assets.path(of: SharedAssets.stylesheet)],
                icon: pool.pages.assets.path(of: SharedAssets.mark), content: content))
    }

    private func refusal(_ reason: LogoutRequest.Refusal) -> PoolError {
        PoolError(
            400, "An error was encountered with the requested page.", reason.rawValue,
            hint: "You are still signed in. Sign out from the application.", action: pool.wayBack)
    }
}
