import Accounts
import Crypto
import Foundation
import Testing

@testable import SRP
@testable import UserPoolServer
@testable import UserPoolStore

/// Signing in by the API, up to what is put on the wire.
@Suite("Challenges of the API")
struct ChallengeTests {
    let fixture: PoolFixture
    let client: Pool.Client
    var challenges: Challenges { Challenges(pool: fixture.pool, source: .address("10.0.0.1")) }

    init() async throws {
        try await self.init(client: Self.application)
    }

    private init(client: AppClient, secret: String? = nil, mfa: MFAMode = .off) async throws {
        fixture = try await PoolFixture { $0.mfa = mfa }
        self.client = Pool.Client(application: client, secret: secret)
        try await fixture.pool.store.save(
            StoredClient(application: client, secret: secret, document: "", createdAt: 0, modifiedAt: 0))
    }

    private static var application: AppClient {
        var client = AppClient(id: "api", callbackURLs: [], logoutURLs: [], scopes: [.openid])
        client.flows = [.userPassword, .userSRP, .refreshToken, .adminUserPassword]
        return client
    }

    private func initiate(
        _ username: String, _ password: String, isAdmin: Bool = false, hash: String? = nil
    ) async throws -> ChallengeAnswer {
        var parameters = ["USERNAME": username, "PASSWORD": password]
        parameters["SECRET_HASH"] = hash
        return try await challenges.initiate(
            flow: isAdmin ? "ADMIN_USER_PASSWORD_AUTH" : "USER_PASSWORD_AUTH", client: client, parameters: parameters,
            isAdmin: isAdmin)
    }

    /// What is refused, as `type: text`.
    private func refusal(_ work: () async throws -> some Any) async -> String {
        do {
            return "no refusal: \(try await work())"
        } catch let error as APIError {
            return "\(error.type): \(error.message)"
        } catch {
            return "another error: \(error)"
        }
    }

    private func resultOf(_ answer: ChallengeAnswer) throws -> AuthenticationResult {
        guard case .result(let result) = answer else { throw Unexpected(answer: answer) }
        return result
    }

    private func sessionOf(_ answer: ChallengeAnswer, _ name: ChallengeName) throws -> String {
        guard case .challenge(name, let session?, _) = answer else { throw Unexpected(answer: answer) }
        return session
    }

    private struct Unexpected: Error {
        let answer: ChallengeAnswer
    }

    private func claims(_ token: String?) throws -> [String: Any] {
        let parts = try #require(token).split(separator: ".")
        var text = String(parts[1]).replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        let data = try #require(Data(base64Encoded: text))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("A right password gives three tokens with the claims of an API sign-in")
    func password() async throws {
        let result = try resultOf(try await initiate("ADMIN", PoolFixture.password))
        #expect(result.expiresIn == 3600 && result.refreshToken?.count == 43)
        let access = try claims(result.accessToken)
        #expect(access["scope"] as? String == "aws.cognito.signin.user.admin")
        #expect(access["username"] as? String == "admin")
        let id = try claims(result.idToken)
        #expect(id["email"] as? String == "admin@example.org" && id["email_verified"] as? Bool == true)
        #expect(id["cognito:groups"] as? [String] == ["admin"])
        #expect(id["at_hash"] == nil)
        #expect(id["acr"] as? String == "urn:cognito:loa:1" && id["amr"] as? [String] == ["pwd"])
    }

    @Test("Wrong passwords and unknown users are refused alike, then locked out, the right one too")
    func lockout() async throws {
        for name in ["admin", "nobody"] {
            for _ in 1...5 {
                #expect(
                    await refusal { try await initiate(name, "wrong") }
                        == "NotAuthorizedException: Incorrect username or password.")
            }
            #expect(
                await refusal { try await initiate(name, PoolFixture.password) }
                    == "NotAuthorizedException: Password attempts exceeded")
        }
        fixture.wait(seconds: 1)
        _ = try resultOf(try await initiate("admin", PoolFixture.password))
    }

    @Test("What a client must not do is refused in Cognito's words")
    func refusals() async throws {
        func initiate(_ flow: String, _ parameters: [String: String] = [:], isAdmin: Bool = false) async -> String {
            await refusal {
                try await challenges.initiate(
                    flow: flow, client: client, parameters: parameters, isAdmin: isAdmin)
            }
        }
        let notEnabled = "InvalidParameterException: Auth flow not enabled for this client"
        for flow in ["CUSTOM_AUTH", "USER_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] {
            #expect(await initiate(flow) == notEnabled)
        }
        #expect(await initiate("USER_PASSWORD_AUTH", isAdmin: true) == notEnabled)
        #expect(
            await initiate("NONE").hasPrefix(
                "InvalidParameterException: 1 validation error detected: Value at 'authFlow'"))
        #expect(
            await initiate("USER_PASSWORD_AUTH", ["USERNAME": "a"])
                == "InvalidParameterException: Missing required parameter PASSWORD")
        #expect(await initiate("USER_SRP_AUTH") == "InvalidParameterException: Missing required parameter USERNAME")
        #expect(
            await initiate("USER_SRP_AUTH", ["USERNAME": "a", "SRP_A": "0"]).hasPrefix(
                "InvalidParameterException: SRP_A"))
        #expect(
            await initiate("REFRESH_TOKEN_AUTH", ["REFRESH_TOKEN": "x"])
                == "NotAuthorizedException: Invalid Refresh Token")
        let bare = Pool.Client(
            application: AppClient(id: "bare", callbackURLs: [], logoutURLs: [], scopes: []), secret: nil)
        for (flow, text) in [
            ("USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH flow not enabled for this client"),
            ("USER_SRP_AUTH", "Auth flow not enabled for this client"),
            ("REFRESH_TOKEN_AUTH", "Auth flow not enabled for this client"),
        ] {
            #expect(
                await refusal {
                    try await challenges.initiate(flow: flow, client: bare, parameters: [:], isAdmin: false)
                } == "InvalidParameterException: \(text)")
        }
        _ = try resultOf(try await self.initiate("admin", PoolFixture.password, isAdmin: true))
    }

    @Test("States that keep from signing in are told after a right password only")
    func states() async throws {
        let store = fixture.pool.store
        func make(_ name: String, _ status: UserStatus) async throws -> User {
            try await store.createUser(
                try Username(name), password: .permanent("Password-1234"), attributes: [:], groups: [], status: status,
                now: 0)
        }
        _ = try await make("reset", .resetRequired)
        _ = try await make("new", .unconfirmed)
        let disabled = try await make("disabled", .confirmed)
        _ = try await store.setEnabled(false, username: disabled.username, now: 0)
        _ = try await store.createUser(
            try Username("late"), password: .temporary("Password-1234", expiresAt: 1), attributes: [:], groups: [],
            now: 0)
        for (name, text) in [
            ("reset", "PasswordResetRequiredException: Password reset required for the user"),
            ("new", "UserNotConfirmedException: User is not confirmed."),
            ("disabled", "NotAuthorizedException: User is disabled."),
            ("late", "NotAuthorizedException: Temporary password has expired and must be reset by an administrator."),
        ] {
            #expect(await refusal { try await initiate(name, "Password-1234") } == text)
            #expect(
                await refusal { try await initiate(name, "wrong") }
                    == "NotAuthorizedException: Incorrect username or password.")
        }
    }

    @Test("Without masking a client is told who does not exist or is not confirmed")
    func unmasked() async throws {
        var application = Self.application
        application.masksUserExistence = false
        let tests = try await ChallengeTests(client: application)
        #expect(
            await refusal { try await tests.initiate("nobody", "x") } == "UserNotFoundException: User does not exist.")
        #expect(
            await refusal {
                try await tests.challenges.initiate(
                    flow: "USER_SRP_AUTH", client: tests.client, parameters: ["USERNAME": "nobody", "SRP_A": "2"],
                    isAdmin: false)
            } == "UserNotFoundException: User does not exist.")
    }

    @Test("A client with a secret shows it by a hash over the name as it was sent")
    func secretHash() async throws {
        let tests = try await ChallengeTests(client: Self.application, secret: "the secret of the client")
        func hash(_ name: String) -> String {
            SecretHash.make(secret: "the secret of the client", username: name, clientID: "api")
        }
        #expect(
            await refusal { try await tests.initiate("admin", PoolFixture.password) }
                == "NotAuthorizedException: Client api is configured with secret but SECRET_HASH was not received")
        #expect(
            await refusal { try await tests.initiate("ADMIN", PoolFixture.password, hash: hash("admin")) }
                == "NotAuthorizedException: Unable to verify secret hash for client api")
        let result = try resultOf(try await tests.initiate("ADMIN", PoolFixture.password, hash: hash("ADMIN")))
        func refresh(_ hash: String?) async throws -> ChallengeAnswer {
            var parameters = ["REFRESH_TOKEN": result.refreshToken ?? ""]
            parameters["SECRET_HASH"] = hash
            return try await tests.challenges.initiate(
                flow: "REFRESH_TOKEN_AUTH", client: tests.client, parameters: parameters, isAdmin: false)
        }
        let subject = try #require(try claims(result.idToken)["sub"] as? String)
        for good in [hash("admin"), hash(subject)] {
            let renewed = try resultOf(try await refresh(good))
            #expect(renewed.refreshToken == nil)
            #expect(
                try claims(renewed.accessToken)["auth_time"] as? Int == claims(result.accessToken)["auth_time"] as? Int)
        }
        for bad in [hash("other"), nil] {
            #expect(await refusal { try await refresh(bad) }.hasPrefix("NotAuthorizedException: "))
        }
    }

    @Test("A temporary password is answered with a new one, which keeps the policy, once and in time")
    func newPassword() async throws {
        let answer = try await initiate("newcomer", "Temporary-123")
        guard case .challenge(.newPasswordRequired, let session?, let parameters) = answer else {
            throw Unexpected(answer: answer)
        }
        #expect(parameters["requiredAttributes"] == "[]" && parameters["userAttributes"] == "{}")
        func respond(
            _ password: String, session: String = session, username: String = "newcomer",
            attributes: [String: String] = [:]
        ) async throws -> ChallengeAnswer {
            try await challenges.respond(
                to: "NEW_PASSWORD_REQUIRED", client: client, session: session,
                responses: attributes.merging(["USERNAME": username, "NEW_PASSWORD": password]) { $1 })
        }
        #expect(
            await refusal { try await respond("Short-1") }
                == "InvalidPasswordException: Password does not conform to policy: Password not long enough")
        #expect(
            await refusal { try await respond("Long-Password-1", username: "admin") }
                == "NotAuthorizedException: Invalid session for the user.")
        #expect(
            await refusal { try await respond("Long-Password-1", session: String(repeating: "x", count: 43)) }
                == "NotAuthorizedException: Invalid session for the user.")
        #expect(
            await refusal {
                try await respond("Long-Password-1", attributes: ["userAttributes.email_verified": "true"])
            }
                == "NotAuthorizedException: A client attempted to write unauthorized attribute")
        #expect(
            await refusal { try await respond("Long-Password-1", attributes: ["userAttributes.email": "x"]) }
                == "InvalidParameterException: Invalid email address format.")
        let result = try resultOf(try await respond("Long-Password-1", attributes: ["userAttributes.name": "New"]))
        #expect(try claims(result.idToken)["name"] as? String == "New")
        #expect(
            await refusal { try await respond("Long-Password-2") }
                == "NotAuthorizedException: Invalid session for the user, session can only be used once.")
        _ = try await fixture.pool.store.setPassword(
            of: try #require(try await fixture.pool.store.user(matching: "newcomer")).subject,
            .temporary("Temporary-123", expiresAt: fixture.pool.now + 1000), now: fixture.pool.now)
        let late = try sessionOf(try await initiate("newcomer", "Temporary-123"), .newPasswordRequired)
        fixture.wait(seconds: 180)
        #expect(
            await refusal { try await respond("Long-Password-1", session: late) }
                == "NotAuthorizedException: Invalid session for the user, session is expired.")
    }

    @Test("Where the pool requires a factor it is set up on the way, then asked for; a code works once")
    func secondFactor() async throws {
        let tests = try await ChallengeTests(client: Self.application, mfa: .required)
        let challenges = tests.challenges
        let first = try sessionOf(try await tests.initiate("admin", PoolFixture.password), .setUpMFA)
        func respond(_ name: String, _ session: String, code: String? = nil) async throws -> ChallengeAnswer {
            var responses = ["USERNAME": "admin"]
            responses["SOFTWARE_TOKEN_MFA_CODE"] = code
            return try await challenges.respond(to: name, client: tests.client, session: session, responses: responses)
        }
        #expect(
            await refusal { try await respond("MFA_SETUP", first) }
                == "NotAuthorizedException: Invalid session for the user.")
        let (secret, second) = try await challenges.associate(session: first)
        #expect(
            await refusal { try await challenges.associate(session: first) }
                == "NotAuthorizedException: Invalid session for the user, session can only be used once.")
        let token = try #require(try await tests.token())
        #expect(Base32.encode(token.secret) == secret)
        #expect(
            await refusal { try await challenges.verify(session: second, code: "000000", deviceName: nil) }
                == "EnableSoftwareTokenMFAException: Code mismatch")
        let third = try await challenges.verify(session: second, code: tests.code(token), deviceName: "Phone")
        #expect(
            await refusal { try await respond("SOFTWARE_TOKEN_MFA", third, code: "000000") }
                == "NotAuthorizedException: Invalid session for the user.")
        let result = try resultOf(try await respond("MFA_SETUP", third))
        #expect(try claims(result.idToken)["amr"] as? [String] == ["pwd", "otp", "mfa"])
        #expect(try claims(result.idToken)["acr"] as? String == "urn:cognito:loa:4")

        let answer = try await tests.initiate("admin", PoolFixture.password)
        guard case .challenge(.softwareToken, let session?, let parameters) = answer else {
            throw Unexpected(answer: answer)
        }
        #expect(parameters["FRIENDLY_DEVICE_NAME"] == "Phone")
        #expect(
            await refusal { try await respond("SOFTWARE_TOKEN_MFA", session, code: tests.code(token)) }
                == "ExpiredCodeException: Your software token has already been used once.")
        #expect(
            await refusal { try await respond("SOFTWARE_TOKEN_MFA", session, code: "12345") }
                == "CodeMismatchException: Invalid code received for user")
        #expect(
            await refusal { try await respond("SELECT_MFA_TYPE", session) }
                == "NotAuthorizedException: Invalid session for the user.")
        #expect(await refusal { try await respond("SMS_MFA", session) }.hasPrefix("InvalidParameterException"))
        tests.fixture.wait(seconds: 60)
        let signedIn = try resultOf(try await respond("SOFTWARE_TOKEN_MFA", session, code: tests.code(token)))
        #expect(signedIn.refreshToken != nil)
    }

    private func token() async throws -> SoftwareToken? {
        let store = fixture.pool.store
        guard let user = try await store.user(matching: "admin") else { return nil }
        return try await store.softwareToken(of: user.subject)
    }

    private func code(_ token: SoftwareToken) -> String { token.code(at: fixture.pool.now / 30) }

    // MARK: SRP

    /// A client's side of SRP, on OpenSSL's numbers; the server's side is checked against another implementation in `SRPTests`.
    private struct SRPClient {
        let exponent = BigNumber([UInt8](repeating: 0xA5, count: 48))
        let prime = BigNumber.prime3072()

        var number: String { hexadecimal(BigNumber([2]).power(exponent, modulo: prime).bytes) }

        func signature(_ parameters: [String: String], password: String, timestamp: String, poolName: String) -> String
        {
            let salt = bytes(parameters["SALT"] ?? "")
            let serverNumber = bytes(parameters["SRP_B"] ?? "")
            let userID = parameters["USER_ID_FOR_SRP"] ?? ""
            let identity = SHA256.hash(data: Array("\(poolName)\(userID):\(password)".utf8))
            let x = BigNumber(Array(SHA256.hash(data: SRP.padded(salt) + Array(identity))))
            let k = BigNumber(Array(SHA256.hash(data: [0] + prime.bytes + [2])))
            let u = Array(SHA256.hash(data: SRP.padded(bytes(number)) + SRP.padded(serverNumber)))
            // (B - k·g^x)^(a + u·x), the difference by adding (N - 1)·k·g^x.
            let minusOne = BigNumber(prime.bytes.dropLast() + [prime.bytes.last! - 1])
            let verifier = BigNumber([2]).power(x, modulo: prime)
            let base = BigNumber(serverNumber).plus(
                minusOne.times(k.times(verifier, modulo: prime), modulo: prime), modulo: prime)
            let secret = base.power(exponent, modulo: prime).times(
                base.power(BigNumber(u), modulo: prime).power(x, modulo: prime), modulo: prime)
            let key = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: SRP.padded(secret.bytes)), salt: SRP.padded(u),
                info: Array("Caldera Derived Key".utf8), outputByteCount: 16)
            let block = Data(base64Encoded: parameters["SECRET_BLOCK"] ?? "") ?? Data()
            let message = Array("\(poolName)\(userID)".utf8) + block + Array(timestamp.utf8)
            return Data(HMAC<SHA256>.authenticationCode(for: message, using: key)).base64EncodedString()
        }

        func bytes(_ text: String) -> [UInt8] {
            let digits = text.compactMap(\.hexDigitValue)
            return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }

        func hexadecimal(_ bytes: [UInt8]) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// The fixture's clock stands at 1,000,000 s.
    private static let timestamp = "Mon Jan 12 13:46:40 UTC 1970"

    private func begin(_ username: String) async throws -> [String: String] {
        let answer = try await challenges.initiate(
            flow: "USER_SRP_AUTH", client: client, parameters: ["USERNAME": username, "SRP_A": SRPClient().number],
            isAdmin: false)
        guard case .challenge(.passwordVerifier, nil, let parameters) = answer else { throw Unexpected(answer: answer) }
        return parameters
    }

    private func prove(
        _ parameters: [String: String], _ password: String, username: String? = nil, timestamp: String = Self.timestamp
    ) async throws -> ChallengeAnswer {
        let signature = SRPClient().signature(
            parameters, password: password, timestamp: timestamp, poolName: "Test12345")
        return try await challenges.respond(
            to: "PASSWORD_VERIFIER", client: client, session: nil,
            responses: [
                "USERNAME": username ?? parameters["USERNAME"] ?? "",
                "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"] ?? "", "PASSWORD_CLAIM_SIGNATURE": signature,
                "TIMESTAMP": timestamp,
            ])
    }

    @Test("Who proves the password by SRP is signed in; a proof is good once, for its user, in its time")
    func proof() async throws {
        let parameters = try await begin("ADMIN")
        #expect(parameters["USERNAME"] == "ADMIN")
        #expect(
            await refusal { try await prove(parameters, PoolFixture.password, username: "newcomer") }
                == "NotAuthorizedException: Incorrect username or password.")
        #expect(
            await refusal {
                try await prove(parameters, PoolFixture.password, timestamp: "Mon Jan 12 13:41:39 UTC 1970")
            }.hasPrefix("NotAuthorizedException: TIMESTAMP"))
        _ = try resultOf(try await prove(parameters, PoolFixture.password))
        #expect(
            await refusal { try await prove(parameters, PoolFixture.password) }
                == "NotAuthorizedException: Invalid session for the user, session can only be used once.")
        let late = try await begin("admin")
        fixture.wait(seconds: 180)
        #expect(
            await refusal { try await prove(late, PoolFixture.password) }
                == "NotAuthorizedException: Invalid session for the user, session is expired.")
        // The pool's id and the user's are part of what is proven, so a temporary password works the same.
        let challenge = try await prove(
            try await begin("newcomer"), "Temporary-123", timestamp: "Mon Jan 12 13:49:40 UTC 1970")
        _ = try sessionOf(challenge, .newPasswordRequired)
    }

    @Test("Wrong proofs are refused and counted like wrong passwords, of users there are and are not")
    func wrongProofs() async throws {
        for name in ["admin", "nobody"] {
            for _ in 1...5 {
                #expect(
                    await refusal { try await prove(try await begin(name), "wrong") }
                        == "NotAuthorizedException: Incorrect username or password.")
            }
            #expect(
                await refusal { try await initiate(name, PoolFixture.password) }
                    == "NotAuthorizedException: Password attempts exceeded")
        }
    }

    @Test("A user that does not exist has the same salt and id each time, and looks like one that does")
    func masking() async throws {
        let (one, two, other) = (
            try await begin("nobody"), try await begin("NOBODY"), try await begin("somebody")
        )
        #expect(one["SALT"] == two["SALT"] && one["USER_ID_FOR_SRP"] == two["USER_ID_FOR_SRP"])
        #expect(one["SALT"] != other["SALT"] && one["USER_ID_FOR_SRP"] != other["USER_ID_FOR_SRP"])
        #expect(one["SRP_B"] != two["SRP_B"])
        let real = try await begin("admin")
        #expect(Set(real.keys) == Set(one.keys))
        #expect(real["SALT"]?.count == one["SALT"]?.count)
        let uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(one["USER_ID_FOR_SRP"]?.wholeMatch(of: uuid) != nil)
        #expect(real["USER_ID_FOR_SRP"]?.wholeMatch(of: uuid) != nil)
    }

    @Test("A secret block that was changed, or another client's, is refused")
    func foreignBlocks() async throws {
        var parameters = try await begin("admin")
        let block = parameters["SECRET_BLOCK"] ?? ""
        parameters["SECRET_BLOCK"] = String(block.dropLast(4)) + "AAAA"
        #expect(
            await refusal { try await prove(parameters, PoolFixture.password) }
                == "NotAuthorizedException: Incorrect username or password.")
        parameters["SECRET_BLOCK"] = block
        let signature = SRPClient().signature(
            parameters, password: PoolFixture.password, timestamp: Self.timestamp, poolName: "Test12345")
        var other = client.application
        other.id = "other"
        let tests = Pool.Client(application: other, secret: nil)
        #expect(
            await refusal {
                try await challenges.respond(
                    to: "PASSWORD_VERIFIER", client: tests, session: nil,
                    responses: [
                        "USERNAME": "admin", "PASSWORD_CLAIM_SECRET_BLOCK": block,
                        "PASSWORD_CLAIM_SIGNATURE": signature,
                        "TIMESTAMP": Self.timestamp,
                    ])
            } == "NotAuthorizedException: Incorrect username or password.")
        #expect(
            await refusal {
                try await challenges.respond(
                    to: "PASSWORD_VERIFIER", client: client, session: nil,
                    responses: ["USERNAME": "admin", "PASSWORD_CLAIM_SECRET_BLOCK": block])
            } == "InvalidParameterException: Missing required parameter PASSWORD_CLAIM_SIGNATURE")
    }

    // MARK: Refresh

    @Test("With rotation the plain flow is refused, and the other one replaces the token")
    func rotation() async throws {
        var application = Self.application
        application.rotation = .init(graceSeconds: 0)
        let tests = try await ChallengeTests(client: application)
        let first = try #require(try resultOf(try await tests.initiate("admin", PoolFixture.password)).refreshToken)
        #expect(
            await refusal {
                try await tests.challenges.initiate(
                    flow: "REFRESH_TOKEN_AUTH", client: tests.client, parameters: ["REFRESH_TOKEN": first],
                    isAdmin: false)
            }.hasPrefix("UnsupportedOperationException"))
        let second = try #require(try await tests.challenges.tokens(refreshToken: first, tests.client).refreshToken)
        #expect(
            await refusal { try await tests.challenges.tokens(refreshToken: first, tests.client) }
                == "RefreshTokenReuseException: Refresh token has been reused.")
        #expect(
            await refusal { try await tests.challenges.tokens(refreshToken: second, tests.client) }
                == "NotAuthorizedException: Refresh Token has been revoked")
    }

    @Test("A refresh token that has ended says so")
    func expiry() async throws {
        let token = try #require(try resultOf(try await initiate("admin", PoolFixture.password)).refreshToken)
        fixture.wait(seconds: 30 * 86_400)
        #expect(
            await refusal { try await challenges.tokens(refreshToken: token, client) }
                == "NotAuthorizedException: Refresh Token has expired")
    }
}
