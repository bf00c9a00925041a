import Accounts
import HTTPTypes
import Hummingbird
import Logging
import Pages
import UserPoolStore

/// `/login` and `/changePassword`: the forms of Cognito's classic hosted pages.
struct SignInRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) {
        router.get("login") { request, _ in try await show(request) }
        router.post("login") { request, context in try await submit(request, context) }
        router.post("changePassword") { request, context in try await changePassword(request, context) }
    }

    private func show(_ request: Request) async throws -> Response {
        switch try AuthorizeRoutes.read(request, pool) {
        case .refused(let response):
            return response
        case .valid(let authorization):
            if !authorization.wantsNewSignIn, let session = try await AuthorizeRoutes.session(of: request, pool) {
                return try await AuthorizeRoutes.finish(
                    authorization, for: session.user, authenticatedAt: session.authenticatedAt, pool)
            }
            return page(for: request, authorization, username: authorization.loginHint ?? "")
        }
    }

    private func submit(_ request: Request, _ context: PoolContext) async throws -> Response {
        guard case .valid(let authorization) = try AuthorizeRoutes.read(request, pool) else {
            return .redirect(to: "/oauth2/authorize?\(request.rawQuery)")
        }
        let form = try await checkedForm(request)
        let username = form["username"] ?? ""
        let outcome = try await pool.store.signIn(
            username: username, password: form["password"] ?? "", nowMilliseconds: pool.clock())
        func again(_ title: String, hint: String? = nil, status: HTTPResponse.Status = .ok) -> Response {
            page(
                for: request, authorization, username: String(username.prefix(Username.maximumLength)),
                error: FormError(title: title, hint: hint), status: status)
        }
        switch outcome {
        case .signedIn(let user):
            context.logger.notice("Signed in", metadata: ["sub": "\(user.subject)"])
            return try await begin(authorization, for: user, replacing: request)
        case .newPasswordRequired(let user, let challenge):
            return newPasswordPage(for: request, authorization, challenge: challenge.text, user: user)
        case .incorrect:
            context.logger.notice("Sign-in refused", metadata: ["reason": "incorrect"])
            return again("Incorrect username or password.")
        case .locked(let seconds):
            context.logger.notice("Sign-in refused", metadata: ["reason": "locked"])
            var response = again(
                "Password attempts exceeded", hint: "Wait \(Self.wait(seconds)), then try again.",
                status: .tooManyRequests)
            response.headers[.retryAfter] = String(seconds)
            return response
        case .disabled:
            return again("User is disabled.", hint: "Ask your administrator to enable your account.")
        case .unusable:
            return again("This password can no longer be used.", hint: "Ask your administrator for a new one.")
        case .overloaded:
            var response = again(
                "Too many people are signing in right now.", hint: "Wait a moment, then try again.",
                status: .serviceUnavailable)
            response.headers[.retryAfter] = "2"
            return response
        }
    }

    private func changePassword(_ request: Request, _ context: PoolContext) async throws -> Response {
        guard case .valid(let authorization) = try AuthorizeRoutes.read(request, pool) else {
            return .redirect(to: "/oauth2/authorize?\(request.rawQuery)")
        }
        let form = try await checkedForm(request)
        let challenge = form["session"] ?? ""
        guard let user = try await pool.store.user(forChallenge: challenge, now: pool.now) else {
            throw challengeIsOver(request)
        }
        let password = form["password"] ?? ""
        let assessment = pool.configuration.passwordPolicy.assess(password, username: user.username.text)
        func again(_ title: String, _ assessment: PasswordAssessment? = nil) -> Response {
            newPasswordPage(
                for: request, authorization, challenge: challenge, user: user, assessment: assessment,
                error: FormError(title: title))
        }
        guard assessment.isAcceptable else { return again("The password is not strong enough yet.", assessment) }
        guard password == form["confirmPassword"] else { return again("The two passwords differ.") }
        guard let changed = try await pool.store.completeChallenge(challenge, newPassword: password, now: pool.now)
        else { throw challengeIsOver(request) }
        context.logger.notice("Temporary password replaced", metadata: ["sub": "\(changed.subject)"])
        return try await begin(authorization, for: changed, replacing: request)
    }

    /// Begins a new session, never the one the browser brought, and goes on to the client.
    private func begin(
        _ authorization: AuthorizationRequest, for user: User, replacing request: Request
    ) async throws -> Response {
        if let old = request.cookie(SessionCookies.session) { try await pool.store.endBrowserSession(old) }
        let now = pool.now
        let session = try await pool.store.beginBrowserSession(for: user, now: now)
        var response = try await AuthorizeRoutes.finish(authorization, for: user, authenticatedAt: now, pool)
        response.setCookie(
            SessionCookies.make(SessionCookies.session, session.text, maxAge: UserPoolStore.browserSessionLifetime))
        return response
    }

    /// The submitted form, if it came from a page of ours in this browser.
    private func checkedForm(_ request: Request) async throws -> FormParameters {
        var request = request
        let tryAgain = ErrorPage.Action(label: "Try again", href: "/login?\(request.rawQuery)")
        if let origin = request.headers[.origin], origin != pool.origin {
            throw PoolError(
                403, "This form came from another site", "For your safety it was not looked at.",
                hint: "Sign in on the pool's own page.", action: tryAgain)
        }
        guard let form = try await request.bodyForm(), form.repeatedName == nil else {
            throw PoolError(
                400, "The form was not understood", "Something in it is missing or malformed.", action: tryAgain)
        }
        let cookie = request.cookie(SessionCookies.formToken)
        switch pool.seal.check(field: form["_csrf"], cookie: cookie, now: pool.now) {
        case .good:
            return form
        case .expired:
            throw PoolError(
                403, "The sign-in page has expired", "It was open for more than an hour.",
                hint: "Start again from the application.", action: pool.wayBack)
        case .forged:
            throw PoolError(
                403, "The sign-in page could not be verified",
                "It does not belong to this browser session, or cookies are switched off.",
                hint: "Allow cookies for this address, then try again.", action: tryAgain)
        }
    }

    private func challengeIsOver(_ request: Request) -> PoolError {
        PoolError(
            403, "Choosing the password took too long", "Nothing was changed.",
            hint: "Sign in with the temporary password once more.",
            action: .init(label: "Sign in", href: "/login?\(request.rawQuery)"))
    }

    private func page(
        for request: Request, _ authorization: AuthorizationRequest, username: String, error: FormError? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        form(for: request, authorization, status: status) { token in
            pool.pages.render(
                SignInPage(query: request.rawQuery, formToken: token, username: username, error: error))
        }
    }

    private func newPasswordPage(
        for request: Request, _ authorization: AuthorizationRequest, challenge: String, user: User,
        assessment: PasswordAssessment? = nil, error: FormError? = nil
    ) -> Response {
        form(for: request, authorization, status: .ok) { token in
            pool.pages.render(
                NewPasswordPage(
                    query: request.rawQuery, formToken: token, challenge: challenge, username: user.username.text,
                    policy: pool.configuration.passwordPolicy, assessment: assessment, error: error))
        }
    }

    private func form(
        for request: Request, _ authorization: AuthorizationRequest, status: HTTPResponse.Status,
        render: (_ formToken: String) -> String
    ) -> Response {
        let token = pool.seal.reuse(request.cookie(SessionCookies.formToken), now: pool.now)
        let targets = WebOrigin(url: authorization.redirectURI).map { [$0.text] } ?? []
        var response = Response.page(render(token), status: status, formTargets: targets)
        response.setCookie(SessionCookies.make(SessionCookies.formToken, token, maxAge: FormSeal.lifetime))
        return response
    }

    private static func wait(_ seconds: Int) -> String {
        switch seconds {
        case 1: "a second"
        case ..<120: "\(seconds) seconds"
        default: "\((seconds + 59) / 60) minutes"
        }
    }
}
