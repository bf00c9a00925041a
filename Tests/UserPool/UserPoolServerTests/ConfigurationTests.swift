import Accounts
import ConfigurationReading
import Foundation
import Logging
import Operations
import Testing

@testable import UserPoolServer

@Suite("The user pool's configuration")
struct ConfigurationTests {
    private static let environment = [
        "GATEHOUSE_USER_POOL_ID": "local_AbCdEfGhI", "GATEHOUSE_CLIENT_ID": "3ma1kq0s8x2v7b5n9c4d6f1g2h",
        "GATEHOUSE_POOL_PORT": "9444", "GATEHOUSE_HTTPS_PORT": "9443",
    ]
    private let state = StateDirectory(path: "/nowhere/state")

    /// The file that is shipped.
    private var shippedFile: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../config/userpool.yaml").standardized.path
    }

    private func problems(_ yaml: String) throws -> [String] {
        let reader = try ConfigurationReader(yaml: yaml, file: "test.yaml", environment: [:])
        _ = UserPoolConfiguration(reader.root, state: state)
        do {
            try reader.finish()
            return []
        } catch {
            return error.problems.map(\.keyPath)
        }
    }

    @Test("The shipped file is good and means what the documentation says")
    func shipped() throws {
        let configuration = try UserPoolConfiguration(
            contentsOf: shippedFile, environment: Self.environment, state: state)
        #expect(configuration.issuer == "https://localhost:9444/local_AbCdEfGhI")
        #expect(configuration.passwordPolicy == PasswordPolicy())
        #expect(configuration.socketPath == "/nowhere/state/run/userpool.sock")
        #expect(
            configuration.client.application.callbackURLs == [
                "https://localhost:9443/oauth2/idpresponse", "https://127.0.0.1:9443/oauth2/idpresponse",
            ])
        #expect(configuration.client.refreshTokenValidity == 604_800)
        #expect(configuration.client.backchannelLogoutURI == "https://localhost:9443/oauth2/backchannel-logout")
        #expect(configuration.client.trustedRootsFile == "/nowhere/state/certs/ca.pem")
        #expect(configuration.administrator?.groups == ["admin"])
        let limits = UserPoolConfiguration.Limits()
        #expect(
            "\(configuration.limits)" == "\(limits)", "the file's limits are the defaults it says they are")
    }

    @Test("Without the variables the file is refused by name")
    func missingVariables() {
        #expect(throws: ConfigurationProblems.self) {
            try UserPoolConfiguration(contentsOf: shippedFile, environment: [:], state: state)
        }
    }

    @Test(
        "Problems are named by key path",
        arguments: [
            ("Endpoint: https://a/", "UserPool.Endpoint"), ("Endpoint: http://example.org", "UserPool.Endpoint"),
            ("Endpoint: ftp://localhost", "UserPool.Endpoint"), ("Endpoint: https://u:p@a", "UserPool.Endpoint"),
            ("Id: nounderscore", "UserPool.Id"),
            ("PasswordPolicy: {MinimumLength: 5}", "UserPool.PasswordPolicy.MinimumLength"),
            ("Nmae: x", "UserPool.Nmae"),
        ])
    func pool(line: String, keyPath: String) throws {
        var lines = ["Id": "Id: p_1", "Endpoint": "Endpoint: https://a"]
        lines[String(line.prefix { $0 != ":" })] = line
        let yaml = "UserPool:\n" + lines.values.map { "  \($0)\n" }.joined() + Self.client
        #expect(try problems(yaml) == [keyPath])
    }

    @Test(
        "Addresses must be absolute https without fragment, or on this machine",
        arguments: [
            ("/relative", false), ("https://a/b#c", false), ("http://a/b", false), ("http://localhost:1/x", true),
            ("javascript:alert(1)", false), ("https://a/b?c=d", true),
        ])
    func addresses(url: String, isGood: Bool) throws {
        let yaml = Self.pool + Self.client.replacing("https://b/cb", with: "\"\(url)\"")
        #expect(try problems(yaml) == (isGood ? [] : ["Client.CallbackURLs[0]"]))
    }

    @Test("The port that a scheme has anyway is left out, as browsers leave it out; any other stays")
    func defaultPorts() throws {
        var environment = Self.environment
        for (port, written) in [("443", ""), ("80", ":80"), ("4430", ":4430")] {
            environment["GATEHOUSE_HTTPS_PORT"] = port
            let client = try UserPoolConfiguration(
                contentsOf: shippedFile, environment: environment, state: state
            ).client.application
            #expect(
                client.callbackURLs == [
                    "https://localhost\(written)/oauth2/idpresponse", "https://127.0.0.1\(written)/oauth2/idpresponse",
                ])
            #expect(client.logoutURLs == ["https://localhost\(written)/", "https://127.0.0.1\(written)/"])
        }
    }

    @Test("Missing sections are reported together")
    func missing() throws {
        #expect(Set(try problems("LogLevel: loud")) == ["UserPool", "Client", "LogLevel"])
    }

    private static let pool = "UserPool:\n  Id: p_1\n  Endpoint: https://a\n"
    private static let client = "Client:\n  ClientId: c\n  CallbackURLs: [https://b/cb]\n  LogoutURLs: [https://b/]\n"

    @Test("The administrator is made once, and only with a password that keeps the policy")
    func administrator() async throws {
        let fixture = try await PoolFixture()
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("password-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        func write(_ text: String, mode: Int = 0o600) throws {
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        }
        let logger = Logger(label: "test")
        let administrator = UserPoolConfiguration.Administrator(
            username: try Username("root"), email: "root@example.org", passwordFile: file, groups: ["admin"])
        await #expect(throws: OperationsError.self, "no file") {
            try await fixture.pool.ensure(administrator, logger: logger)
        }
        try write("weak", mode: 0o644)
        do {
            try await fixture.pool.ensure(administrator, logger: logger)
            Issue.record("a password others may read was taken")
        } catch let error as OperationsError {
            #expect(error.description.contains("others may open"))
        }
        try write("weak")
        do {
            try await fixture.pool.ensure(administrator, logger: logger)
            Issue.record("a weak password was taken")
        } catch let error as OperationsError {
            #expect(error.description.contains("at least 12 characters"))
            #expect(!error.description.contains("weak\""))
        }
        try write("Good-Password-2025\n")
        try await fixture.pool.ensure(administrator, logger: logger)
        let made = try #require(try await fixture.pool.store.user(named: administrator.username))
        #expect(made.status == .confirmed)
        #expect(made.groups == ["admin"])
        try write("Other-Password-2025")
        try await fixture.pool.ensure(administrator, logger: logger)
        let outcome = try await fixture.pool.store.signIn(
            username: "root", password: "Good-Password-2025", from: .program, nowMilliseconds: fixture.pool.clock())
        guard case .passed(.browser(let user, _)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(user == made)
    }
}
