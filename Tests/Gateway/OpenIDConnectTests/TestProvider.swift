import Crypto
import Foundation
import Hummingbird
import Identity
import Logging
import OpenIDConnect
import Synchronization

/// A small OpenID provider on a loopback port that signs everybody in and misbehaves as scripted.
final class TestProvider: Sendable {
    /// How one endpoint answers.
    enum Answer: Sendable {
        case normal
        /// That status and JSON text instead.
        case status(Int, String)
        /// 200 with that media type and text.
        case typed(String, String)
        /// Far too late.
        case never
        /// The connection breaks.
        case broken
        /// A gigabyte.
        case endless
        /// To another address, where a normal answer waits.
        case redirect
    }

    struct Script: Sendable {
        var discovery = Answer.normal
        var keys = Answer.normal
        var token = Answer.normal
        var userInfo = Answer.normal
        var issuer: String?
        var tokenMethods: [String] = ["client_secret_basic", "client_secret_post"]
        var sendsIssuer = false
        var keyID = "key-1"
        /// The key ids in the key set.
        var publishedKeyIDs = ["key-1"]
        var signsWithAnotherKey = false
        var accessToken = "access-token-1"
        var idClaims: @Sendable (inout [String: JSONValue]) -> Void = { _ in }
        /// The client proves itself with this key.
        var clientKey: P256.Signing.PublicKey?
        /// The client proves nothing.
        var isPublicClient = false
        var refreshesWithoutIDToken = false
        var signsUserInfo = false
        var signsUserInfoWithAnotherKey = false
        var signedUserInfoClaims: @Sendable (inout [String: JSONValue]) -> Void = { _ in }
        var userInfoClaims: [String: JSONValue] = ["sub": .string("user-1"), "email": .string("a@example.com")]
    }

    private struct Broken: Error {}

    private struct State {
        var script = Script()
        var counts: [String: Int] = [:]
        var codes: [String: (nonce: String, challenge: String, redirectURI: String)] = [:]
        var port = 0
        var authorization: String?
        var assertions: [String] = []
    }

    static let clientID = "client 1"
    static let clientSecret = "client-secret-value"

    private let state = Mutex(State())
    private let key = P256.Signing.PrivateKey()
    private let anotherKey = P256.Signing.PrivateKey()

    var issuer: String { "http://127.0.0.1:\(state.withLock { $0.port })" }
    /// The `Authorization` header of the last token request.
    var authorization: String? { state.withLock { $0.authorization } }

    /// Every `client_assertion` received.
    var assertions: [String] { state.withLock { $0.assertions } }

    func script(_ change: (inout Script) -> Void) { state.withLock { change(&$0.script) } }
    func count(_ path: String) -> Int { state.withLock { $0.counts[path, default: 0] } }

    /// Runs the provider for the length of `body`.
    static func run(_ body: @Sendable @escaping (TestProvider) async throws -> Void) async throws {
        let provider = TestProvider()
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: provider.router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "provider") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.runService(gracefulShutdownSignals: []) }
            for await port in ports {
                provider.state.withLock { $0.port = port }
                break
            }
            defer { group.cancelAll() }
            try await body(provider)
        }
    }

    /// What a browser does with the redirect: signs in, and comes back with a query.
    func authorize(_ location: String) throws -> String {
        let items = URLComponents(string: location)?.queryItems ?? []
        func value(_ name: String) -> String { items.first { $0.name == name }?.value ?? "" }
        let code = UUID().uuidString
        state.withLock { $0.codes[code] = (value("nonce"), value("code_challenge"), value("redirect_uri")) }
        return "code=\(code)&state=\(value("state"))"
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("/.well-known/openid-configuration") { [self] _, _ in
            try await respond("discovery", \.discovery) { discovery }
        }
        router.get("/jwks") { [self] _, _ in try await respond("keys", \.keys) { keySet } }
        router.get("/userinfo") { [self] request, _ in
            let script = state.withLock { $0.script }
            guard request.headers[.authorization] == "Bearer " + script.accessToken else {
                return Response(status: .unauthorized)
            }
            if script.signsUserInfo, case .normal = script.userInfo {
                var claims = script.userInfoClaims
                claims["iss"] = .string(issuer)
                claims["aud"] = .string(Self.clientID)
                script.signedUserInfoClaims(&claims)
                let token = sign(
                    claims, keyID: script.keyID, with: script.signsUserInfoWithAnotherKey ? anotherKey : key)
                return Self.response("application/jwt", token)
            }
            return try await respond("userinfo", \.userInfo) { JSONValue.object(script.userInfoClaims) }
        }
        router.post("/token") { [self] request, _ in
            let form = String(buffer: try await request.body.collect(upTo: 100_000))
            state.withLock { $0.authorization = request.headers[.authorization] }
            guard let answer = redeem(form, authorization: request.headers[.authorization]) else {
                return Self.json(400, #"{"error":"invalid_grant"}"#)
            }
            return try await respond("token", \.token) { answer }
        }
        router.get("/elsewhere") { _, _ in Self.json(200, "{}") }
        return router
    }

    private func respond(
        _ name: String, _ answer: KeyPath<Script, Answer>, normal: () -> JSONValue
    ) async throws -> Response {
        let script = state.withLock { state in
            state.counts[name, default: 0] += 1
            return state.script
        }
        switch script[keyPath: answer] {
        case .normal: return Self.json(200, String(decoding: normal().json, as: UTF8.self))
        case .status(let status, let text): return Self.json(status, text)
        case .typed(let type, let text): return Self.response(type, text)
        case .never:
            try await Task.sleep(for: .seconds(60))
            return Response(status: .ok)
        case .broken:
            return Response(
                status: .ok, headers: [.contentLength: "10"], body: ResponseBody { _ in throw Broken() })
        case .redirect: return Response(status: .found, headers: [.location: issuer + "/elsewhere"])
        case .endless:
            let chunk = ByteBuffer(repeating: UInt8(ascii: " "), count: 1 << 16)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody { writer in
                    for _ in 0..<(1 << 14) { try await writer.write(chunk) }
                    try await writer.finish(nil)
                })
        }
    }

    private static func response(_ type: String, _ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func json(_ status: Int, _ text: String) -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private var discovery: JSONValue {
        let script = state.withLock { $0.script }
        return .object([
            "issuer": .string(script.issuer ?? issuer), "authorization_endpoint": .string(issuer + "/authorize"),
            "token_endpoint": .string(issuer + "/token"), "userinfo_endpoint": .string(issuer + "/userinfo"),
            "jwks_uri": .string(issuer + "/jwks"), "end_session_endpoint": .string(issuer + "/logout"),
            "token_endpoint_auth_methods_supported": .array(script.tokenMethods.map(JSONValue.string)),
            "authorization_response_iss_parameter_supported": .bool(script.sendsIssuer),
        ])
    }

    private var keySet: JSONValue {
        let point = [UInt8](key.publicKey.x963Representation)
        return .object([
            "keys": .array(
                state.withLock { $0.script.publishedKeyIDs }.map { id in
                    .object([
                        "kty": .string("EC"), "crv": .string("P-256"), "kid": .string(id), "use": .string("sig"),
                        "x": .string(Base64URL.encode(point[1..<33])), "y": .string(Base64URL.encode(point[33...])),
                    ])
                })
        ])
    }

    private func redeem(_ form: String, authorization: String?) -> JSONValue? {
        let items = URLComponents(string: "?" + form)?.queryItems ?? []
        func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
        let basic = "Basic " + Data("client%201:client-secret-value".utf8).base64EncodedString()
        let script = state.withLock { $0.script }
        let isClient: Bool
        if let clientKey = script.clientKey {
            isClient =
                authorization == nil && value("client_secret") == nil
                && isProof(value("client_assertion") ?? "", type: value("client_assertion_type"), of: clientKey)
        } else if script.isPublicClient {
            isClient =
                authorization == nil && value("client_id") == Self.clientID && value("client_secret") == nil
                && value("client_assertion") == nil
        } else {
            isClient =
                authorization == basic && value("client_secret") == nil
                || authorization == nil && value("client_id") == Self.clientID
                    && value("client_secret") == Self.clientSecret
        }
        if isClient, value("grant_type") == "refresh_token", value("refresh_token") == "refresh-token-1" {
            return refreshed(script)
        }
        guard isClient, value("grant_type") == "authorization_code", let code = value("code"),
            let grant = state.withLock({ $0.codes.removeValue(forKey: code) }),
            value("code_verifier").map({ Base64URL.encode(Array(SHA256.hash(data: Array($0.utf8)))) }) ?? ""
                == grant.challenge,
            value("redirect_uri") == grant.redirectURI
        else { return nil }
        var claims: [String: JSONValue] = [
            "iss": .string(issuer), "aud": .string(Self.clientID), "sub": .string("user-1"), "iat": .integer(10_000),
            "exp": .integer(13_600),
        ]
        if !grant.nonce.isEmpty { claims["nonce"] = .string(grant.nonce) }
        script.idClaims(&claims)
        return .object([
            "id_token": .string(
                sign(claims, keyID: script.keyID, with: script.signsWithAnotherKey ? anotherKey : key)),
            "access_token": .string(script.accessToken), "token_type": .string("Bearer"), "expires_in": .integer(3600),
            "refresh_token": .string("refresh-token-1"),
        ])
    }

    /// The answer to a refresh: another access token, another refresh token, and an ID token without a nonce, or none.
    private func refreshed(_ script: Script) -> JSONValue {
        var claims: [String: JSONValue] = [
            "iss": .string(issuer), "aud": .string(Self.clientID), "sub": .string("user-1"), "iat": .integer(10_000),
            "exp": .integer(13_600),
        ]
        script.idClaims(&claims)
        var answer: [String: JSONValue] = [
            "access_token": .string(script.accessToken), "token_type": .string("Bearer"), "expires_in": .integer(1800),
            "refresh_token": .string("refresh-token-2"),
        ]
        if !script.refreshesWithoutIDToken {
            answer["id_token"] = .string(
                sign(claims, keyID: script.keyID, with: script.signsWithAnotherKey ? anotherKey : key))
        }
        return .object(answer)
    }

    private func sign(_ claims: [String: JSONValue], keyID: String, with key: P256.Signing.PrivateKey) -> String {
        let header = JSONValue.object(["alg": .string("ES256"), "kid": .string(keyID)])
        let signed = Base64URL.encode(header.json) + "." + Base64URL.encode(JSONValue.object(claims).json)
        let signature = try? key.signature(for: Data(signed.utf8))
        return signed + "." + Base64URL.encode(signature?.rawRepresentation ?? Data())
    }

    private func isProof(_ assertion: String, type: String?, of key: P256.Signing.PublicKey) -> Bool {
        state.withLock { $0.assertions.append(assertion) }
        let parts = assertion.split(separator: ".")
        guard type == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", parts.count == 3,
            let raw = Base64URL.decode(parts[2].utf8),
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: raw)
        else { return false }
        return key.isValidSignature(signature, for: Data("\(parts[0]).\(parts[1])".utf8))
    }
}
