import Accounts
import Hummingbird
import Logging
import Pages
import UserPoolStore

/// `/mfa` and `/mfaSetup`: the code of an authenticator app, and setting one up.
struct SecondFactorRoutes: Sendable {
    let pool: Pool
    private var forms: HostedForms { HostedForms(pool: pool) }
    private var passage: SignInPassage { SignInPassage(pool: pool) }

    func add(to router: Router<PoolContext>) {
        router.post("mfa") { request, context in try await submit(request, context) }
        router.post("mfaSetup") { request, context in try await setUp(request, context) }
        for path in ["mfa", "mfaSetup", "changePassword"] {
            // Somebody has reloaded the address of a form.
            router.get(RouterPath(path)) { request, _ in Response.redirect(to: "/login?\(request.rawQuery)") }
        }
    }

    private func submit(_ request: Request, _ context: PoolContext) async throws -> Response {
        try await take(request, context, step: .softwareToken) { challenge, form in
            try await pool.store.completeChallenge(
                challenge, code: String((form["code"] ?? "").prefix(64)), nowMilliseconds: pool.clock())
        }
    }

    private func setUp(_ request: Request, _ context: PoolContext) async throws -> Response {
        try await take(request, context, step: .softwareTokenSetup) { challenge, form in
            let code = (form["code"] ?? "").prefix(64).filter { !$0.isWhitespace }
            let name = (form["deviceName"] ?? "").trimmingPrefix(" ").prefix(50)
            return try await pool.store.completeSetup(
                challenge, code: code, deviceName: name.isEmpty ? nil : String(name), nowMilliseconds: pool.clock())
        }
    }

    private func take(
        _ request: Request, _ context: PoolContext, step: ChallengeStep,
        _ work: (_ challenge: String, _ form: FormParameters) async throws -> ChallengeOutcome
    ) async throws -> Response {
        guard case .valid(let authorization) = try await AuthorizeRoutes.read(request, pool) else {
            return .redirect(to: "/oauth2/authorize?\(request.rawQuery)")
        }
        let form = try await forms.form(request)
        let challenge = form["session"] ?? ""
        guard case .pending(let pending) = try await pool.store.challenge(challenge, now: pool.now),
            pending.step == step, pending.clientID == nil
        else { throw forms.stepIsOver(request) }
        func again(_ title: Text, hint: Text? = nil) async throws -> Response {
            let page = try await passage.page(
                step, of: pending.user, challenge: challenge, request, error: FormError(title: title, hint: hint))
            return forms.answer(request, authorization, page)
        }
        switch try await work(challenge, form) {
        case .passed(let result):
            guard step == .softwareTokenSetup, case .browser(let user, let session) = result else {
                return try await passage.goOn(result, request, authorization, context)
            }
            context.logger.notice("Second factor set up", metadata: ["sub": "\(user.subject)"])
            let codes = try await pool.store.makeRecoveryCodes(for: user.subject)
            let page = forms.answer(
                request, authorization, .recoveryCodes(codes, next: "/oauth2/authorize?\(Self.query(request))"))
            return try await passage.with(session, of: user, replacing: request, page)
        case .wrongCode:
            context.logger.notice("Code refused", metadata: ["reason": "wrong"])
            return try await again(Texts.wrongCode, hint: Texts.wrongCodeHint)
        case .usedCode:
            context.logger.notice("Code refused", metadata: ["reason": "used before"])
            return try await again(Texts.usedCode, hint: Texts.usedCodeHint)
        case .locked(let seconds):
            context.logger.notice("Code refused", metadata: ["reason": "locked"])
            return try await again(Texts.attemptsExceeded, hint: Texts.wait(seconds)).asking(toWait: seconds)
        case .over, .usedBefore, .overloaded:
            throw forms.stepIsOver(request)
        }
    }

    /// The query without what would have the user sign in once more.
    private static func query(_ request: Request) -> String {
        let pairs = request.queryForm?.pairs ?? []
        return FormParameters.encode(
            pairs.filter { !["prompt", "max_age"].contains($0.name) }.map { ($0.name, $0.value) })
    }
}
