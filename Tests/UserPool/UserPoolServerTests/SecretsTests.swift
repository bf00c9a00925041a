import Accounts
import Foundation
import Identity
import Logging
import Synchronization
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

/// What the pool says of what it does, at its most talkative, and of what it refuses (71).
@Suite("Secrets stay out of the pool's logs and refusals")
struct SecretsTests {
    @Test(
        "passwords, codes, tokens, sessions, second factors, clients' and administrators' secrets, by the API and on the pages"
    )
    func wholeLife() async throws {
        let fixture = try await APIFixture {
            $0.mail = MailCommand(command: ["/bin/cat"], sender: "pool@example.org")
            $0.mfa = .optional
        }
        let log = Log()
        let secrets = Secrets()
        for (name, text) in [
            ("an administrator's key", APIFixture.keys.secretAccessKey),
            ("the application's secret", PoolFixture.secret),
            ("the administrator's password", PoolFixture.password), ("a temporary password", "Temporary-123"),
        ] {
            secrets.add(name, text)
        }
        try await fixture.test(logger: log.logger) { admin, anybody in
            let life = Life(admin: Caller(admin, secrets), anybody: Caller(anybody, secrets), secrets: secrets)
            try await life.administer()
            try await life.signIn(fixture.fixture.pool)
            try await life.faults(fixture.fixture.pool)
        }
        #expect(secrets.all.count > 15, "\(secrets.all.map(\.name))")
        #expect(log.lines.contains { $0.contains("API request refused") } && log.lines.count > 30)
        #expect(log.lines.contains { $0.contains("An API request failed inside the pool") })
        for (name, text) in secrets.all {
            for line in log.lines where line.contains(text) { Issue.record("the log holds \(name): \(line)") }
            for refusal in secrets.refusals where refusal.contains(text) {
                Issue.record("a refusal holds \(name): \(refusal)")
            }
        }
        for line in log.lines {
            for word in ["eyJ", "$scrypt$", "PRIVATE KEY"] { #expect(!line.contains(word), "\(line)") }
        }
    }

    /// What an administrator and a user do, right and wrong.
    private struct Life {
        let admin: Caller
        let anybody: Caller
        let secrets: Secrets

        func administer() async throws {
            let client = try await admin(
                .createUserPoolClient,
                [
                    "ClientName": "c", "GenerateSecret": true,
                    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
                ])
            secrets.add("a client's secret", client["UserPoolClient.ClientSecret"]?.string)
            secrets.clientID = client["UserPoolClient.ClientId"]?.string ?? ""
            let temporary = "Temporary-Secret-1"
            secrets.add("a temporary password", temporary)
            try await admin(.adminCreateUser, ["Username": "ann", "TemporaryPassword": .string(temporary)])
            for password in ["Permanent-Secret-1", "weak-secret"] {
                secrets.add("a password", password)
                try await admin(
                    .adminSetUserPassword,
                    ["Username": "ann", "Password": .string(password), "Permanent": true])
                try await admin(
                    .adminSetUserPassword, ["Username": "nobody", "Password": .string(password), "Permanent": true])
            }
            let long = String(repeating: "Too-long-secret-1", count: 20)
            secrets.add("a password that is too long", "Too-long-secret-1")
            try await admin(.adminSetUserPassword, ["Username": "ann", "Password": .string(long)])
        }

        func signIn(_ pool: Pool) async throws {
            let id = secrets.clientID
            let client = try #require(try await pool.client(id))
            let hash = SecretHash.make(secret: client.secret ?? "", username: "ann", clientID: id)
            secrets.add("a secret hash", hash)
            func initiate(_ password: String) async throws -> APICaller.Answer {
                secrets.add("a password", password)
                return try await anybody(
                    .initiateAuth,
                    [
                        "ClientId": .string(id), "AuthFlow": "USER_PASSWORD_AUTH",
                        "AuthParameters": [
                            "USERNAME": "ann", "PASSWORD": .string(password), "SECRET_HASH": .string(hash),
                        ],
                    ])
            }
            _ = try await initiate("Guessed-Secret-1")
            let signedIn = try await initiate("Permanent-Secret-1")
            for name in ["AccessToken", "IdToken", "RefreshToken"] {
                secrets.add(name, signedIn["AuthenticationResult.\(name)"]?.string)
            }
            let token = signedIn["AuthenticationResult.AccessToken"] ?? ""
            let associated = try await anybody(.associateSoftwareToken, ["AccessToken": token])
            secrets.add("a second factor", associated["SecretCode"]?.string)
            try await anybody(.verifySoftwareToken, ["AccessToken": token, "UserCode": "000000"])
            secrets.add("the next password", "Changed-Secret-1")
            try await anybody(
                .changePassword,
                ["AccessToken": token, "PreviousPassword": "Guessed-Secret-1", "ProposedPassword": "Changed-Secret-1"])
            try await anybody(.getUser, ["AccessToken": .string((token.string ?? "") + "x")])
            try await anybody(
                .revokeToken, ["ClientId": .string(id), "Token": token, "ClientSecret": .string(client.secret ?? "")])
            guard let user = try await pool.store.user(matching: "admin"),
                case .code(let code) = try await pool.store.issueCode(.resetPassword, for: user.subject, now: pool.now)
            else { return }
            secrets.add("a mailed code", code)
            secrets.add("a forgotten password", "Forgotten-Secret-1")
            let adminHash = SecretHash.make(secret: client.secret ?? "", username: "admin", clientID: id)
            try await anybody(
                .forgotPassword, ["ClientId": .string(id), "Username": "admin", "SecretHash": .string(adminHash)])
            for password in ["weak-secret", "Forgotten-Secret-1"] {
                try await anybody(
                    .confirmForgotPassword,
                    [
                        "ClientId": .string(id), "Username": "admin", "ConfirmationCode": .string(code),
                        "Password": .string(password), "SecretHash": .string(adminHash),
                    ])
            }
        }

        /// Requests that are none, and a database that fails under the others.
        func faults(_ pool: Pool) async throws {
            let target = "AWSCognitoIdentityProviderService.AdminSetUserPassword"
            for body in [
                #"{"UserPoolId":"local_Test12345","Username":"ann","Password":"Cut-Off-Secret-1"#,
                #"{"UserPoolId":"local_Test12345","Username":"ann","Password":["Listed-Secret-1"]}"#,
                #"{"UserPoolId":"local_Test12345","Username":["Named-Secret-1"],"Password":"x y"}"#,
            ] {
                for match in body.matches(of: /\w+-\w*-?Secret-1/) {
                    secrets.add("a malformed password", String(match.0))
                }
                try await admin.send(target, body)
            }
            try await pool.store.database.write { try $0.execute(sql: "ALTER TABLE user RENAME TO formerUser") }
            try await admin(
                .adminSetUserPassword, ["Username": "ann", "Password": "Permanent-Secret-1", "Permanent": true])
            try await anybody(
                .initiateAuth,
                [
                    "ClientId": .string(secrets.clientID), "AuthFlow": "USER_PASSWORD_AUTH",
                    "AuthParameters": ["USERNAME": "ann", "PASSWORD": "Permanent-Secret-1"],
                ])
            try pool.store.close()
            try await admin(.adminCreateUser, ["Username": "bob", "TemporaryPassword": "Temporary-Secret-1"])
        }
    }

    @Test("the pages and the OAuth endpoints")
    func pages() async throws {
        let fixture = try await PoolFixture()
        let log = Log()
        let secrets = Secrets()
        try await fixture.test(logger: log.logger) { browser in
            func keep(_ page: Page) { if page.status >= 400 { secrets.refused(page.body) } }
            for (name, password) in [("admin", "Guessed-Secret-1"), ("newcomer", "Temporary-123")] {
                secrets.add("a password", password)
                keep(try await browser.signIn(name, password))
            }
            let answer = try await browser.signIn()
            let code = try #require(answer.locationParameter("code"))
            secrets.add("a code", code)
            for name in [
                SessionCookies.session, SessionCookies.formToken, SessionCookies.formBrowser,
                SessionCookies.knownBrowser,
            ] {
                secrets.add(name, browser[cookie: name])
            }
            keep(try await browser.redeem(code, changing: ["redirect_uri": nil]))
            let tokens = try await browser.redeem(code)
            for name in ["access_token", "id_token", "refresh_token"] { secrets.add(name, tokens.member(name)) }
            keep(try await browser.redeem(code))
            keep(try await browser.redeem(code, authorization: "Basic Zm9yZ2VkOmZvcmdlZC1zZWNyZXQ="))
            let access = tokens.member("access_token") ?? ""
            keep(try await browser.get("/oauth2/userInfo", headers: [.authorization: "Bearer \(access)x"]))
            keep(try await browser.get("/logout?id_token_hint=\(tokens.member("id_token") ?? "")&logout_uri=x"))
            keep(try await browser.get("/nothing?code=\(code)"))
            try fixture.pool.store.close()
            keep(try await browser.get("/oauth2/userInfo", headers: [.authorization: "Bearer \(access)"]))
            keep(try await browser.redeem(code))
        }
        for (name, text) in [("the password", PoolFixture.password), ("the client's secret", PoolFixture.secret)] {
            secrets.add(name, text)
        }
        #expect(secrets.all.count > 8 && log.lines.count > 10, "\(secrets.all.map(\.name)) \(log.lines)")
        for (name, text) in secrets.all {
            for line in log.lines + secrets.refusals where line.contains(text) {
                Issue.record("\(name) is told: \(line)")
            }
        }
    }
}

/// Calls operations and keeps what refused them.
private struct Caller: Sendable {
    private let caller: APICaller
    private let secrets: Secrets

    init(_ caller: APICaller, _ secrets: Secrets) {
        self.caller = caller
        self.secrets = secrets
    }

    @discardableResult
    func callAsFunction(_ operation: APIOperation, _ members: [String: JSONValue]) async throws -> APICaller.Answer {
        kept(try await caller(operation, members))
    }

    func send(_ target: String, _ body: String) async throws {
        _ = kept(try await caller.send(target: target, Array(body.utf8)))
    }

    private func kept(_ answer: APICaller.Answer) -> APICaller.Answer {
        if answer.status >= 400 { secrets.refused("\(answer.headers) \(answer.text)") }
        return answer
    }
}

/// What must not be told, and what was told to who was refused.
private final class Secrets: Sendable {
    private struct State {
        var all: [(name: String, text: String)] = []
        var refusals: [String] = []
        var clientID = ""
    }

    private let state = Mutex(State())

    var all: [(name: String, text: String)] { state.withLock { $0.all } }
    var refusals: [String] { state.withLock { $0.refusals } }
    var clientID: String {
        get { state.withLock { $0.clientID } }
        set { state.withLock { $0.clientID = newValue } }
    }

    func add(_ name: String, _ text: String?) {
        guard let text, !text.isEmpty else {
            Issue.record("no \(name)")
            return
        }
        state.withLock { $0.all.append((name, text)) }
    }

    func refused(_ text: String) { state.withLock { $0.refusals.append(text) } }
}

/// Keeps all that is logged.
private final class Log: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "secrets") { _ in Handler(log: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let log: Log
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            var all = metadata.merging(event.metadata ?? [:]) { $1 }
            if let error = event.error { all["error"] = "\(error)" }
            log.state.withLock { $0.append("\(event.message) \(all)") }
        }
    }
}
