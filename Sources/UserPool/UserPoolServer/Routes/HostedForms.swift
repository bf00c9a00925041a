import Accounts
import HTTPTypes
import Hummingbird
import Pages

/// How the pages' forms are shown and taken back.
struct HostedForms: Sendable {
    let pool: Pool

    /// A page with a form that belongs to this browser, and may lead on to the client of `authorization`.
    func answer(_ request: Request, _ authorization: AuthorizationRequest, _ page: HostedPage) -> Response {
        let browser = request.cookie(SessionCookies.formBrowser).flatMap { $0.isEmpty ? nil : $0 } ?? RandomName.make()
        let token = pool.seal.reuse(request.cookie(SessionCookies.formToken), for: browser, now: pool.now)
        let targets = WebOrigin(url: authorization.redirectURI).map { [$0.text] } ?? []
        let html = pool.pages.render(
            page, query: request.rawQuery, formToken: token, language: request.language)
        var response = Response.page(html, formTargets: targets)
        response.setCookie(SessionCookies.make(SessionCookies.formToken, token, maxAge: FormSeal.lifetime))
        response.setCookie(SessionCookies.make(SessionCookies.formBrowser, browser, maxAge: FormSeal.lifetime))
        if let cookie = request.languageCookie { response.setCookie(cookie) }
        return response
    }

    /// Answers a form as long as its browser is there to hear it: who has left waits for no password to be hashed.
    ///
    /// Watching for the browser's leaving consumes the connection's input, so the connection ends with the answer.
    func whileThere(
        _ request: Request, _ answer: @escaping @Sendable (Request) async throws -> Response
    ) async throws -> Response {
        var response = try await request.body.consumeWithCancellationOnInboundClose { body in
            try await answer(Request(head: request.head, body: body))
        }
        response.headers[.connection] = "close"
        return response
    }

    /// The submitted form, if it came from a page of ours in this browser.
    func form(_ request: Request) async throws -> FormParameters {
        let tryAgain = ErrorPage.Action(
            label: Texts.tryAgain(request.language), href: "/login?\(request.rawQuery)")
        // Reloading the page after a failure is the user's own doing ("none").
        let site = request.headers[.secFetchSite]
        guard request.headers[.origin] ?? pool.origin == pool.origin, ["same-origin", "none", nil].contains(site) else {
            throw PoolError(
                403, Text("This form came from another site", de: "Dieses Formular kam von einer anderen Website"),
                Text("For your safety it was not looked at.", de: "Zu Ihrer Sicherheit wurde es nicht angesehen."),
                hint: Text(
                    "Sign in on the pool's own page.",
                    de: "Melden Sie sich auf der eigenen Seite des Benutzerverzeichnisses an."), action: tryAgain)
        }
        guard let form = try await request.bodyForm(within: pool.configuration.limits.requestSeconds),
            form.repeatedName == nil
        else {
            throw PoolError(
                400, Text("The form was not understood", de: "Das Formular war nicht zu verstehen"),
                Text("Something in it is missing or malformed.", de: "Darin fehlt etwas, oder es ist fehlerhaft."),
                action: tryAgain)
        }
        let cookie = request.cookie(SessionCookies.formToken)
        let browser = request.cookie(SessionCookies.formBrowser)
        switch pool.seal.check(field: form["_csrf"], cookie: cookie, browser: browser, now: pool.now) {
        case .good:
            return form
        case .expired:
            throw PoolError(
                403, Text("The sign-in page has expired", de: "Die Anmeldeseite ist abgelaufen"),
                Text("It was open for more than an hour.", de: "Sie war länger als eine Stunde offen."),
                hint: Texts.wayBack, action: pool.wayBack)
        case .forged:
            throw PoolError(
                403, Text("The sign-in page could not be verified", de: "Die Anmeldeseite ließ sich nicht prüfen"),
                Text(
                    "It does not belong to this browser session, or cookies are switched off.",
                    de: "Sie gehört nicht zu dieser Browsersitzung, oder Cookies sind abgeschaltet."),
                hint: Text(
                    "Allow cookies for this address, then try again.",
                    de: "Erlauben Sie Cookies für diese Adresse und versuchen Sie es noch einmal."), action: tryAgain)
        }
    }

    /// The step of the sign-in took too long, or was taken already.
    func stepIsOver(_ request: Request) -> PoolError {
        PoolError(
            403, Text("This step took too long", de: "Dieser Schritt hat zu lange gedauert"),
            Text(
                "Or it was taken already. Nothing was changed.", de: "Oder er war schon getan. Nichts wurde geändert."),
            hint: Text("Sign in once more.", de: "Melden Sie sich noch einmal an."),
            action: .init(label: Texts.signIn(request.language), href: "/login?\(request.rawQuery)"))
    }
}

extension Response {
    /// The same page, with a status that asks to come back later.
    func asking(toWait seconds: Int, _ status: HTTPResponse.Status = .tooManyRequests) -> Response {
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
