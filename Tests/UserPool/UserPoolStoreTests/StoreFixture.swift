import Accounts
import Foundation

@testable import UserPoolStore

/// A store on a temporary file, with hashes that cost next to nothing.
final class StoreFixture: Sendable {
    static let cheap = PasswordHash.Cost(logRounds: 4, blockSize: 1, parallelism: 1)
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    /// The verifier of `challenge` (RFC 7636, appendix B).
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let callback = "https://localhost:8443/oauth2/idpresponse"

    let folder: String
    let store: UserPoolStore

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pool-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try UserPoolStore(path: "\(folder)/userpool.sqlite", passwordCost: Self.cheap)
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A request for a code, with PKCE unless told otherwise.
    func request(challenge: String? = StoreFixture.challenge) throws -> AuthorizationRequest {
        let client = AppClient(
            id: "app", callbackURLs: [Self.callback], logoutURLs: [], scopes: [.openid, .email])
        var query =
            "client_id=app&response_type=code&nonce=n&redirect_uri=\(FormParameters.percentEncode(Self.callback))"
        if let challenge { query += "&code_challenge=\(challenge)&code_challenge_method=S256" }
        guard let parameters = FormParameters(query.utf8) else { preconditionFailure("the query is well-formed") }
        return try AuthorizationRequest(parameters, clients: [client])
    }

    /// The user `ada` with the password `right`.
    @discardableResult
    func makeAda() async throws -> User {
        try await store.createUser(
            try Username("ada"), password: .permanent("right"), attributes: ["email": "ada@example.org"],
            groups: ["admin", "staff"], now: 100)
    }

    /// A browser's session of `ada`, begun at `now` (Unix seconds).
    func session(now: Int) async throws -> OpaqueToken {
        let outcome = try await store.signIn(
            username: "ada", password: "right", from: .address("a"), nowMilliseconds: now * 1000)
        guard case .passed(.browser(_, let session)) = outcome else { throw SignInRefused(outcome: outcome) }
        return session
    }
}

/// A sign-in that should have succeeded.
struct SignInRefused: Error {
    let outcome: SignInOutcome
}

extension SignInOutcome {
    /// Who has signed in.
    var user: User? {
        if case .passed(.browser(let user, _)) = self { user } else { nil }
    }

    /// The token of the challenge it led to.
    func challenge(_ step: ChallengeStep) -> String? {
        if case .passed(.challenge(_, step, let token)) = self { token.text } else { nil }
    }
}

extension ChallengeOutcome {
    /// The token of the next challenge.
    func challenge(_ step: ChallengeStep) -> String? {
        if case .passed(.challenge(_, step, let token)) = self { token.text } else { nil }
    }

    /// Who has signed in.
    var user: User? {
        if case .passed(.browser(let user, _)) = self { user } else { nil }
    }
}

extension UserPoolStore {
    /// The sign-in that a refresh token renews, if it does.
    func signIn(refreshToken: String, clientID: String, now: Int) async throws -> SignIn? {
        guard case .granted(let signIn, _) = try await refresh(refreshToken, clientID: clientID, now: now) else {
            return nil
        }
        return signIn
    }
}
