import Accounts
import Hummingbird
import Logging
import Pages
import UserPoolStore

/// `/forgotPassword` and `/confirmforgotPassword`: a code by mail, then another password.
///
/// Nothing tells whether there is such a user: the answer is the same, and what is done for a user is done after it.
struct RecoveryRoutes: Sendable {
    let pool: Pool
    private var forms: HostedForms { HostedForms(pool: pool) }

    func add(to router: Router<PoolContext>) {
        router.get("forgotPassword") { request, _ in
            try await with(request) { authorization in
                forms.answer(request, authorization, .forgotPassword(username: authorization.loginHint ?? ""))
            }
        }
        router.post("forgotPassword") { request, context in try await send(request, context) }
        router.get("confirmforgotPassword") { request, _ in
            Response.redirect(to: "/forgotPassword?\(request.rawQuery)")
        }
        router.post("confirmforgotPassword") { request, context in
            try await forms.whileThere(request) { try await confirm($0, context) }
        }
    }

    private func send(_ request: Request, _ context: PoolContext) async throws -> Response {
        try await with(request) { authorization in
            let form = try await forms.form(request)
            let username = form["username"] ?? ""
            guard !username.isEmpty, username.unicodeScalars.count <= Username.maximumLength else {
                return forms.answer(
                    request, authorization, .forgotPassword(username: "", error: FormError(title: Texts.incorrect)))
            }
            pool.sendResetCode(to: username, language: request.language)
            context.logger.notice("Password reset asked for")
            return try await page(request, authorization, username: username)
        }
    }

    private func confirm(_ request: Request, _ context: PoolContext) async throws -> Response {
        try await with(request) { authorization in
            let form = try await forms.form(request)
            let username = String((form["username"] ?? "").prefix(Username.maximumLength))
            let password = form["password"] ?? ""
            let rules = try await pool.rules()
            let assessment = rules.passwordPolicy.assess(password, username: username)
            func again(_ title: Text, _ assessment: PasswordAssessment? = nil) async throws -> Response {
                try await page(
                    request, authorization, username: username, assessment: assessment, error: FormError(title: title))
            }
            guard assessment.isAcceptable else { return try await again(Texts.tooWeak, assessment) }
            guard password == form["confirmPassword"] else { return try await again(Texts.passwordsDiffer) }
            let code = (form["code"] ?? "").prefix(64).filter { !$0.isWhitespace }
            let outcome = try await pool.resetPassword(
                of: username, code: code, newPassword: password, rules: rules,
                source: request.source(for: try? Username(username), pool))
            switch outcome {
            case .changed(let user):
                context.logger.notice("Password reset", metadata: ["sub": "\(user.subject)"])
                return .redirect(to: "/login?\(request.rawQuery)&passwordChanged=1")
            case .wrongCode: return try await again(Texts.wrongMailCode)
            case .expiredCode: return try await again(Texts.expiredMailCode)
            case .limited: return try await again(Texts.limitExceeded)
            case .refused: return try await again(Texts.cannotReset)
            case .usedBefore: return try await again(Texts.usedBefore)
            case .overloaded:
                return try await again(Texts.overloaded).asking(toWait: 2, .serviceUnavailable)
            }
        }
    }

    private func page(
        _ request: Request, _ authorization: AuthorizationRequest, username: String,
        assessment: PasswordAssessment? = nil, error: FormError? = nil
    ) async throws -> Response {
        forms.answer(
            request, authorization,
            .resetPassword(
                username: username, policy: try await pool.rules().passwordPolicy, assessment: assessment,
                language: request.language, error: error))
    }

    /// Answers where the pool sends mail, and for an authorization request that is good.
    private func with(
        _ request: Request, _ answer: (AuthorizationRequest) async throws -> Response
    ) async throws -> Response {
        guard pool.configuration.mail != nil else {
            throw PoolError(
                403, Text("Your administrator resets passwords", de: "Ihre Administration setzt Passwörter zurück"),
                Text("This user pool sends no mail.", de: "Dieses Benutzerverzeichnis verschickt keine E-Mails."),
                hint: Text(
                    "Ask your administrator for a new password.",
                    de: "Bitten Sie Ihre Administration um ein neues Passwort."), action: pool.wayBack)
        }
        switch try await AuthorizeRoutes.read(request, pool) {
        case .refused(let response): return response
        case .valid(let authorization): return try await answer(authorization)
        }
    }
}
