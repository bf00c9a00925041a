import Accounts
import Foundation
import Hummingbird
import Logging
import UserPoolStore

/// `/login` and `/changePassword`: the forms of Cognito's classic hosted pages.
struct SignInRoutes: Sendable {
    let pool: Pool
    private var forms: HostedForms { HostedForms(pool: pool) }
    private var passage: SignInPassage { SignInPassage(pool: pool) }

    func add(to router: Router<PoolContext>) {
        router.get("login") { request, _ in try await show(request) }
        router.post("login") { request, context in
            try await forms.whileThere(request) { try await submit($0, context) }
        }
        router.post("changePassword") { request, context in
            try await forms.whileThere(request) { try await changePassword($0, context) }
        }
    }

    private func show(_ request: Request) async throws -> Response {
        switch try await AuthorizeRoutes.read(request, pool) {
        case .refused(let response):
            return response
        case .valid(let authorization):
            if let session = try await AuthorizeRoutes.session(of: request, for: authorization, pool),
                let response = try await AuthorizeRoutes.finish(authorization, session, pool)
            {
                return response
            }
            return page(for: request, authorization, username: authorization.loginHint ?? "")
        }
    }

    private func submit(_ request: Request, _ context: PoolContext) async throws -> Response {
        guard case .valid(let authorization) = try await AuthorizeRoutes.read(request, pool) else {
            return .redirect(to: "/oauth2/authorize?\(request.rawQuery)")
        }
        let form = try await forms.form(request)
        let username = form["username"] ?? ""
        // Browsers are known by the username, whatever somebody signs in with.
        let named = try await pool.store.user(matching: username, orSubject: false)?.username
        let outcome = try await pool.store.signIn(
            username: username, password: form["password"] ?? "", mfa: try await pool.rules(for: authorization).mfa,
            from: request.source(for: named ?? (try? Username(username)), pool), nowMilliseconds: pool.clock())
        func again(_ title: Text, hint: Text? = nil) -> Response {
            page(
                for: request, authorization, username: String(username.prefix(Username.maximumLength)),
                error: FormError(title: title, hint: hint))
        }
        func refused(_ reason: String) {
            context.logger.notice("Sign-in refused", metadata: ["reason": "\(reason)"])
        }
        switch outcome {
        case .passed(let result):
            return try await passage.goOn(result, request, authorization, context)
        case .incorrect:
            refused("incorrect")
            return again(Texts.incorrect)
        case .locked(let seconds):
            refused("locked")
            return again(Texts.attemptsExceeded, hint: Texts.wait(seconds)).asking(toWait: seconds)
        case .throttled(let seconds):
            refused("too many failures of one address")
            return again(Texts.networkExceeded, hint: Texts.wait(seconds)).asking(toWait: seconds)
        case .disabled:
            return again(Texts.disabled, hint: Texts.askToEnable)
        case .unusable(.resetRequired) where pool.configuration.mail != nil:
            return again(Texts.resetRequired, hint: Texts.useForgotPassword)
        case .unusable(.notConfirmed):
            return again(Texts.notConfirmed, hint: Texts.askToConfirm)
        case .unusable:
            return again(Texts.unusable, hint: Texts.askForPassword)
        case .overloaded:
            return again(Texts.overloaded, hint: Texts.overloadedHint).asking(toWait: 2, .serviceUnavailable)
        }
    }

    private func changePassword(_ request: Request, _ context: PoolContext) async throws -> Response {
        guard case .valid(let authorization) = try await AuthorizeRoutes.read(request, pool) else {
            return .redirect(to: "/oauth2/authorize?\(request.rawQuery)")
        }
        let form = try await forms.form(request)
        let challenge = form["session"] ?? ""
        guard case .pending(let pending) = try await pool.store.challenge(challenge, now: pool.now),
            pending.step == .newPassword, pending.clientID == nil
        else { throw forms.stepIsOver(request) }
        let rules = try await pool.rules(for: authorization)
        let password = form["password"] ?? ""
        let username = pending.user.username
        let assessment = rules.passwordPolicy.assess(password, username: username.text)
        var attributes = try await pool.missingAttributes(of: pending.user).map {
            AttributeField(name: $0.name, value: (form[$0.fieldName] ?? "").trimmingCharacters(in: .whitespaces))
        }
        func again(_ title: Text, _ assessment: PasswordAssessment? = nil, hint: Text? = nil) -> Response {
            forms.answer(
                request, authorization,
                .newPassword(
                    challenge: challenge, username: username.text, policy: rules.passwordPolicy, assessment: assessment,
                    attributes: attributes, language: request.language, error: FormError(title: title, hint: hint)))
        }
        guard assessment.isAcceptable else { return again(Texts.tooWeak, assessment) }
        guard password == form["confirmPassword"] else { return again(Texts.passwordsDiffer) }
        for index in attributes.indices {
            guard let problem = try await problem(in: attributes[index]) else { continue }
            attributes[index].isWrong = true
            return again(problem)
        }
        let outcome: ChallengeOutcome
        do {
            outcome = try await pool.store.completeChallenge(
                challenge, newPassword: password,
                attributes: Dictionary(attributes.map { ($0.name, $0.value) }) { first, _ in first }, rules: rules,
                from: request.source(for: username, pool), now: pool.now)
        } catch let error as UserPoolStore.AliasExists {
            for index in attributes.indices {
                attributes[index].isWrong = attributes[index].name == error.attribute.rawValue
            }
            return again(Texts.attributeTaken(Texts.attribute(error.attribute.rawValue)))
        }
        switch outcome {
        case .passed(let result):
            context.logger.notice("Temporary password replaced", metadata: ["sub": "\(pending.user.subject)"])
            return try await passage.goOn(result, request, authorization, context)
        case .usedBefore:
            return again(Texts.usedBefore)
        case .overloaded:
            return again(Texts.overloaded, hint: Texts.overloadedHint).asking(toWait: 2, .serviceUnavailable)
        case .over, .wrongCode, .usedCode, .locked:
            throw forms.stepIsOver(request)
        }
    }

    /// What is wrong with a required attribute that somebody entered.
    private func problem(in field: AttributeField) async throws -> Text? {
        if field.value.isEmpty { return Texts.attributeMissing(field.label) }
        let settings = try await pool.settings()
        do throws(APIError) {
            try settings.check([field.name: field.value], isChange: false)
            return nil
        } catch {
            return Texts.attributeUnusable(field.label)
        }
    }

    private func page(
        for request: Request, _ authorization: AuthorizationRequest, username: String, error: FormError? = nil
    ) -> Response {
        forms.answer(
            request, authorization,
            .signIn(
                clientName: authorization.clientName, username: username,
                offersReset: pool.configuration.mail != nil,
                notice: request.queryForm?["passwordChanged"] == nil ? nil : Texts.passwordChanged, error: error))
    }
}
