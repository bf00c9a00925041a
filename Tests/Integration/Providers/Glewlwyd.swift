import Foundation
import ProcessTesting

/// glewlwyd, an OpenID provider in C: another team's reading of the same standards. It is set up through its administration API and keeps
/// everything in a folder of the test's.
final class Glewlwyd: Sendable {
    /// How it signs its tokens.
    enum Signature: String, Sendable {
        case rs256, ps256, es256

        /// `jwt-type`
        var type: String {
            switch self {
            case .rs256: "rsa"
            case .ps256: "rsa-pss"
            case .es256: "ecdsa"
            }
        }

        /// For `openssl genpkey`.
        var keyArguments: [String] {
            self == .es256
                ? ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
                : ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
        }
    }

    /// How its client proves itself.
    enum Proof: String, Sendable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        case key = "private_key_jwt"
        case none
    }

    /// Where the package is unpacked (`config/setup.sh --tests` does that) or installed; nil without it.
    static let root: String? = ["/opt/glewlwyd", ""].first {
        FileManager.default.isExecutableFile(atPath: $0 + "/usr/bin/glewlwyd")
    }
    static let isThere = root != nil

    static let clientID = "gatehouse"
    static let clientSecret = "a-clients-secret-0123456789"
    static let user = "alice"
    static let password = "Alice's password 1"

    private let folder: TemporaryFolder
    private let program: RunningProgram
    private let port: Int
    /// The client's own key, PEM, for ``Proof/key``.
    let clientKeyFile: String

    private let administrator: Curl

    /// Where it looks for the authorities that it trusts when it calls somebody.
    static let authorities = "/etc/ssl/certs/ca-certificates.crt"

    /// Starts one with a user.
    /// - Parameters:
    ///   - tokenLife: seconds of an access token.
    ///   - standIns: files that take the place of others for it.
    init(
        signature: Signature = .rs256, tokenLife: Int = 3600, standIns: [String: String] = [:]
    ) async throws {
        guard let root = Self.root else { throw Failure("there is no glewlwyd") }
        let folder = try TemporaryFolder()
        self.folder = folder
        port = try freePort()
        administrator = Curl(jar: folder.file("administrator"))
        clientKeyFile = folder.file("client-key.pem")
        try await Self.makeDatabase(folder, root: root)
        let configuration = try folder.write(
            Self.configuration(root: root, port: port, database: folder.file("db")), to: "configuration")
        program = try RunningProgram(
            executable: root + "/usr/bin/glewlwyd", ["--config-file=" + configuration], standIns: standIns,
            logFile: folder.file("log"))
        _ = try await eventually("glewlwyd's port", within: .seconds(20)) { [program, port] in
            guard program.isRunning else { throw Failure("glewlwyd ended early:\n\(program.log)") }
            return isListening(port) ? true : nil
        }
        try await setUp(signature, tokenLife: tokenLife)
    }

    var issuer: String { api + "oidc" }

    private var api: String { "http://127.0.0.1:\(port)/api/" }

    var log: String { program.log }

    func stop() async throws { _ = try await program.stop() }

    /// What its sign-in page does for a user who types his password and agrees; the page itself is a script's.
    /// - Returns: where the browser is sent then.
    func signIn(_ browser: Curl, at authorize: String) async throws -> String {
        let asked = try await browser(authorize)
        guard asked.value("location")?.contains("/login.html?") == true else {
            throw Failure("glewlwyd shows no sign-in page: \(asked)")
        }
        try await send(["username": Self.user, "password": Self.password], to: "auth/", by: browser)
        try await send(["scope": "openid"], to: "auth/grant/" + Self.clientID, "PUT", by: browser)
        let agreed = try await browser(authorize + "&g_continue")
        guard agreed.status == 302, let location = agreed.value("location") else {
            throw Failure("glewlwyd does not lead back: \(agreed)\n\(log)")
        }
        return location
    }

    /// The refresh tokens of the browser's user, as glewlwyd lists them.
    func refreshTokens(_ browser: Curl) async throws -> [[String: Any]] {
        let answer = try await browser(api + "oidc/token")
        guard let list = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [[String: Any]] else {
            throw Failure("no list of tokens: \(answer)")
        }
        return list
    }

    /// Does not honour the user's refresh tokens any more.
    func withdrawRefreshTokens(_ browser: Curl) async throws {
        for token in try await refreshTokens(browser) {
            guard token["enabled"] as? Bool == true, let hash = token["token_hash"] as? String else { continue }
            let answer = try await browser(api + "oidc/token/" + FormText.encode(hash), "--request", "DELETE")
            guard answer.status == 200 else { throw Failure("token not withdrawn: \(answer)") }
        }
    }

    /// Ends the browser's session there, as its user does who agrees to sign out everywhere.
    func endSession(_ browser: Curl) async throws {
        let jar = try String(contentsOfFile: browser.jar ?? "", encoding: .utf8)
        guard let line = jar.split(separator: "\n").first(where: { $0.contains(Self.sessionCookie + "\t") }),
            let session = line.split(separator: "\t").last
        else { throw Failure("the browser has no session at glewlwyd") }
        let answer = try await browser(api + "oidc/session/\(session)/", "--request", "DELETE")
        guard answer.status == 200 else { throw Failure("session not ended: \(answer)") }
    }

    // MARK: Setting up

    private static let sessionCookie = "GLEWLWYD_OIDC"

    private static func makeDatabase(_ folder: TemporaryFolder, root: String) async throws {
        let tables = root + "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
        let made = try await Tool.run("sqlite3", ["-bail", folder.file("db"), ".read \(tables)"])
        guard made.exitCode == 0 else { throw Failure("glewlwyd's database: \(made.output)") }
    }

    private static func configuration(root: String, port: Int, database: String) -> String {
        let modules = ["user", "user_middleware", "client", "plugin"].map {
            "\($0)_module_path = \"\(root)/usr/lib/glewlwyd/\($0)\"\n"
        }
        return """
            port = \(port)
            bind_address = "127.0.0.1"
            external_url = "http://127.0.0.1:\(port)"
            login_url = "login.html"
            api_prefix = "api"
            log_mode = "console"
            log_level = "INFO"
            cookie_domain = "127.0.0.1"
            cookie_secure = 0
            admin_scope = "g_admin"
            profile_scope = "g_profile"
            hash_algorithm = "SHA512"
            user_auth_scheme_module_path = "\(root)/usr/lib/glewlwyd/scheme"
            database = { type = "sqlite3" path = "\(database)" };
            \(modules.joined())
            """
    }

    private func setUp(_ signature: Signature, tokenLife: Int) async throws {
        // As its package has it; nobody but this test reaches it.
        try await send(["username": "admin", "password": "password"], to: "auth/", by: administrator)
        try await makeKey("key", signature.keyArguments)
        try await makeKey("client-key", Signature.es256.keyArguments)
        try await send(
            [
                "module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "order_rank": 0,
                "parameters": try plugin(signature, tokenLife: tokenLife),
            ], to: "mod/plugin/", by: administrator)
        try await send(
            [
                "username": Self.user, "password": Self.password, "name": "Alice Example", "enabled": true,
                "email": "alice@example.com", "scope": ["openid", "g_profile"],
            ], to: "user/", by: administrator)
    }

    /// Makes the gateway known.
    func addClient(_ proof: Proof, gatewayPort: Int) async throws {
        var client: [String: Any] = [
            "client_id": Self.clientID, "name": "Gatehouse", "enabled": true, "scope": ["openid"],
            "redirect_uri": ["https://localhost:\(gatewayPort)/oauth2/idpresponse"],
            "authorization_type": ["code", "refresh_token", "delete_token", "client_credentials"],
            "backchannel_logout_uri": "https://localhost:\(gatewayPort)/oauth2/backchannel-logout",
            "backchannel_logout_session_required": "true", "token_endpoint_auth_method": [proof.rawValue],
            "confidential": proof != .none,
        ]
        switch proof {
        case .basic, .post: client["password"] = Self.clientSecret
        case .key: client["pubkey"] = try String(contentsOfFile: folder.file("client-key.pub"), encoding: .utf8)
        case .none: break
        }
        try await send(client, to: "client/", by: administrator)
    }

    private func plugin(_ signature: Signature, tokenLife: Int) throws -> [String: Any] {
        [
            "iss": issuer, "jwt-type": signature.type, "jwt-key-size": "256",
            "key": try String(contentsOfFile: folder.file("key.pem"), encoding: .utf8),
            "cert": try String(contentsOfFile: folder.file("key.pub"), encoding: .utf8),
            "access-token-duration": tokenLife, "refresh-token-duration": 86400, "code-duration": 60,
            "refresh-token-one-use": "always", "auth-type-code-enabled": true, "auth-type-refresh-enabled": true,
            "jwks-show": true, "subject-type": "public", "pkce-allowed": true, "pkce-required": true,
            "oauth-as-iss-id": true, "request-parameter-allow": true, "client-pubkey-parameter": "pubkey",
            "introspection-revocation-allowed": true, "introspection-revocation-allow-target-client": true,
            "session-management-allowed": true, "back-channel-logout-allowed": true,
            "session-cookie-name": Self.sessionCookie, "session-cookie-expiration": 86400,
            "email-claim": "mandatory", "name-claim": "mandatory",
        ]
    }

    private func makeKey(_ name: String, _ arguments: [String]) async throws {
        let (key, publicKey) = (folder.file(name + ".pem"), folder.file(name + ".pub"))
        let made = try await Tool.run("openssl", ["genpkey", "-out", key] + arguments)
        let read = try await Tool.run("openssl", ["pkey", "-in", key, "-pubout", "-out", publicKey])
        guard made.exitCode == 0, read.exitCode == 0 else { throw Failure("openssl: \(made.output)\(read.output)") }
    }

    private func send(
        _ members: [String: Any], to path: String, _ method: String = "POST", by browser: Curl
    ) async throws {
        let body = try folder.write(
            String(decoding: JSONSerialization.data(withJSONObject: members), as: UTF8.self),
            to: "body-\(UInt32.random(in: .min ... .max))")
        let answer = try await browser(
            api + path, "--request", method, "--header", "Content-Type: application/json", "--data-binary", "@" + body)
        guard answer.status == 200 else { throw Failure("glewlwyd refuses \(path): \(answer)\n\(log)") }
    }
}
