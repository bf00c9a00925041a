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
        router.post("login") { request, context in
            try await whileThere(request) { try await submit($0, context) }
        }
        router.post("changePassword") { request, context in
            try await whileThere(request) { try await changePassword($0, context) }
        }
    }

    private func show(_ request: Request) async throws -> Response {
        switch try AuthorizeRoutes.read(request, pool) {
        case .refused(let response):
            return response
        case .valid(let authorization):
            if !authorization.wantsNewSignIn, let session = try await AuthorizeRoutes.session(of: request, pool) {
                return try await AuthorizeRoutes.finish(
                    authorization, for: session.user, authenticatedAt: session.authenticatedAt, session: session.id,
                    pool)
            }
            return page(for: request, authorization, username: authorization.loginHint ?? "")
        }
    }

    /// Answers a form as long as its browser is there to hear it: who has left waits for no password to be hashed.
    ///
    /// Watching for the browser's leaving consumes the connection's input, so the connection ends with the answer.
    private func whileThere(
        _ request: Request, _ answer: @escaping @Sendable (Request) async throws -> Response
    ) async throws -> Response {
        var response = try await request.body.consumeWithCancellationOnInboundClose { body in
            try await answer(Request(head: request.head, body: body))
        }
        response.headers[.connection] = "close"
        return response
    }

    private func submit(_ request: Request, _ context: PoolContext) async throws -> Response {
        guard case .valid(let authorization) = try AuthorizeRoutes.read(request, pool) else {
            return .redirect(to: "/oauth2/authorize?\(request.rawQuery)")
        }
        let form = try await checkedForm(request)
        let username = form["username"] ?? ""
        let outcome = try await pool.store.signIn(
            username: username, password: form["password"] ?? "",
            from: request.source(for: try? Username(username), pool), nowMilliseconds: pool.clock())
        func again(_ title: String, hint: String? = nil) -> Response {
            page(
                for: request, authorization, username: String(username.prefix(Username.maximumLength)),
                error: FormError(title: title, hint: hint))
        }
        switch outcome {
        case .signedIn(let user, let session):
            context.logger.notice("Signed in", metadata: ["sub": "\(user.subject)"])
            return try await begin(session, authorization, for: user, replacing: request)
        case .newPasswordRequired(let user, let challenge):
            return newPasswordPage(for: request, authorization, challenge: challenge.text, user: user)
        case .incorrect:
            context.logger.notice("Sign-in refused", metadata: ["reason": "incorrect"])
            return again("Incorrect username or password.")
        case .locked(let seconds):
            context.logger.notice("Sign-in refused", metadata: ["reason": "locked"])
            return again("Password attempts exceeded", hint: "Wait \(Self.wait(seconds)), then try again.")
                .asking(toWait: seconds, .tooManyRequests)
        case .throttled(let seconds):
            context.logger.notice("Sign-in refused", metadata: ["reason": "too many failures of one address"])
            return again(
                "Too many failed attempts came from your network.", hint: "Wait \(Self.wait(seconds)), then try again."
            ).asking(toWait: seconds, .tooManyRequests)
        case .disabled:
            return again("User is disabled.", hint: "Ask your administrator to enable your account.")
        case .unusable:
            return again("This password can no longer be used.", hint: "Ask your administrator for a new one.")
        case .overloaded:
            return again(Self.overloaded, hint: Self.overloadedHint).asking(toWait: 2, .serviceUnavailable)
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
        func again(_ title: String, _ assessment: PasswordAssessment? = nil, hint: String? = nil) -> Response {
            newPasswordPage(
                for: request, authorization, challenge: challenge, user: user, assessment: assessment,
                error: FormError(title: title, hint: hint))
        }
        guard assessment.isAcceptable else { return again("The password is not strong enough yet.", assessment) }
        guard password == form["confirmPassword"] else { return again("The two passwords differ.") }
        let outcome = try await pool.store.completeChallenge(
            challenge, newPassword: password, from: request.source(for: user.username, pool), now: pool.now)
        switch outcome {
        case .changed(let changed, let session):
            context.logger.notice("Temporary password replaced", metadata: ["sub": "\(changed.subject)"])
            return try await begin(session, authorization, for: changed, replacing: request)
        case .over:
            throw challengeIsOver(request)
        case .overloaded:
            return again(Self.overloaded, hint: Self.overloadedHint).asking(toWait: 2, .serviceUnavailable)
        }
    }

    /// Goes on to the client with a new session, never the one the browser brought.
    private func begin(
        _ session: OpaqueToken, _ authorization: AuthorizationRequest, for user: User, replacing request: Request
    ) async throws -> Response {
        if let old = request.cookie(SessionCookies.session) { try await pool.store.endBrowserSession(old) }
        let now = pool.now
        var response = try await AuthorizeRoutes.finish(
            authorization, for: user, authenticatedAt: now, session: UserPoolStore.sessionID(ofToken: session.text),
            pool)
        response.setCookie(
            SessionCookies.make(SessionCookies.session, session.text, maxAge: UserPoolStore.browserSessionLifetime))
        response.setCookie(
            SessionCookies.make(
                SessionCookies.knownBrowser, pool.knownBrowser.make(for: user.username, now: now),
                maxAge: KnownBrowser.lifetime))
        return response
    }

    /// The submitted form, if it came from a page of ours in this browser.
    private func checkedForm(_ request: Request) async throws -> FormParameters {
        let tryAgain = ErrorPage.Action(label: "Try again", href: "/login?\(request.rawQuery)")
        // Reloading the page after a failure is the user's own doing ("none").
        let site = request.headers[.secFetchSite]
        guard request.headers[.origin] ?? pool.origin == pool.origin, ["same-origin", "none", nil].contains(site) else {
            throw PoolError(
                403, "This form came from another site", "For your safety it was not looked at.",
                hint: "Sign in on the pool's own page.", action: tryAgain)
        }
        guard let form = try await request.bodyForm(within: pool.configuration.limits.requestSeconds),
            form.repeatedName == nil
        else {
            throw PoolError(
                400, "The form was not understood", "Something in it is missing or malformed.", action: tryAgain)
        }
        let cookie = request.cookie(SessionCookies.formToken)
        let browser = request.cookie(SessionCookies.formBrowser)
        switch pool.seal.check(field: form["_csrf"], cookie: cookie, browser: browser, now: pool.now) {
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
        for request: Request, _ authorization: AuthorizationRequest, username: String, error: FormError? = nil
    ) -> Response {
        form(for: request, authorization) { token in
            pool.pages.render(
                SignInPage(query: request.rawQuery, formToken: token, username: username, error: error))
        }
    }

    private func newPasswordPage(
        for request: Request, _ authorization: AuthorizationRequest, challenge: String, user: User,
        assessment: PasswordAssessment? = nil, error: FormError? = nil
    ) -> Response {
        form(for: request, authorization) { token in
            pool.pages.render(
                NewPasswordPage(
                    query: request.rawQuery, formToken: token, challenge: challenge, username: user.username.text,
                    policy: pool.configuration.passwordPolicy, assessment: assessment, error: error))
        }
    }

    private func form(
        for request: Request, _ authorization: AuthorizationRequest, render: (_ formToken: String) -> String
    ) -> Response {
        let browser = request.cookie(SessionCookies.formBrowser).flatMap { $0.isEmpty ? nil : $0 } ?? RandomName.make()
        let token = pool.seal.reuse(request.cookie(SessionCookies.formToken), for: browser, now: pool.now)
        let targets = WebOrigin(url: authorization.redirectURI).map { [$0.text] } ?? []
        var response = Response.page(render(token), formTargets: targets)
        response.setCookie(SessionCookies.make(SessionCookies.formToken, token, maxAge: FormSeal.lifetime))
        response.setCookie(SessionCookies.make(SessionCookies.formBrowser, browser, maxAge: FormSeal.lifetime))
        return response
    }

    private static let overloaded = "Too many people are signing in right now."
    private static let overloadedHint = "Wait a moment, then try again."

    private static func wait(_ seconds: Int) -> String {
        switch seconds {
        case 1: "a second"
        case ..<120: "\(seconds) seconds"
        default: "\((seconds + 59) / 60) minutes"
        }
    }
}

extension Response {
    /// The same page, with a status that asks to come back later.
    fileprivate func asking(toWait seconds: Int, _ status: HTTPResponse.Status) -> Response {
        var response = self
        response.status = status
        response.headers[.retryAfter] = String(seconds)
        return response
    }
}

extension HTTPField.Name {
    /// What a browser says of where a request comes from.
    fileprivate static let secFetchSite = Self("sec-fetch-site")!
}
