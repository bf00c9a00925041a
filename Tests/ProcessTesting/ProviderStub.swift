import Crypto
import Foundation
import Synchronization

/// An OpenID provider that signs everybody in at once, and can be told to misbehave in exactly one way.
public final class ProviderStub: Sendable {
    /// What is wrong with the answers.
    public enum Fault: Sendable, CaseIterable {
        /// In the ID token.
        case wrongNonce, missingNonce, wrongAudience, wrongIssuer, expired, foreignKey, unsigned, tamperedClaims
        /// Elsewhere.
        case tokenEndpointFails, codeRefused, noIDToken, userInfoOfSomebodyElse, userInfoFails, noUserInfoSubject
        /// JSON that costs whoever reads it (attack 104): nested without end, and numbers beyond every range.
        case deepTokens, deepUserInfo, hugeExpiry, hugeLifetime
    }

    private struct State {
        var fault: Fault?
        var nonces: [String: String] = [:]
        var redeemed = 0
        var issued: [String] = []
    }

    private let server: StubServer
    private let state: Mutex<State>
    /// `http://127.0.0.1:PORT`
    public let issuer: String
    /// The client the gateway is.
    public static let clientID = "client"
    /// Its secret.
    public static let clientSecret = "client-secret-for-tests"
    /// Everybody's subject.
    public static let subject = "11111111-2222-3333-4444-555555555555"

    /// Starts the provider on a free port.
    public init() throws {
        let server = try StubServer()
        let issuer = "http://127.0.0.1:\(server.port)"
        self.server = server
        self.issuer = issuer
        state = Mutex(State())
        let key = P256.Signing.PrivateKey()
        server.respond { [weak self] request in
            self?.answer(request, key: key, foreignKey: P256.Signing.PrivateKey()) ?? .hangUp
        }
    }

    /// Misbehaves from now on; nil behaves.
    public func misbehave(_ fault: Fault?) { state.withLock { $0.fault = fault } }

    /// How many codes were redeemed.
    public var redeemedCodes: Int { state.withLock { $0.redeemed } }

    /// Every code, token and PKCE verifier that passed between the provider and the gateway: nobody else may ever see one.
    public var secrets: [String] { state.withLock { $0.issued } }

    private func answer(
        _ request: StubRequest, key: P256.Signing.PrivateKey, foreignKey: P256.Signing.PrivateKey
    ) -> StubResponse {
        switch request.path {
        case "/.well-known/openid-configuration": return discovery
        case "/keys": return keys(key)
        case "/authorize": return authorize(request)
        case "/token": return token(request, key: key, foreignKey: foreignKey)
        case "/userinfo": return userInfo
        default: return .answer(status: 404, fields: [], body: [])
        }
    }

    private var discovery: StubResponse {
        .json(
            """
            {"issuer":"\(issuer)","authorization_endpoint":"\(issuer)/authorize","token_endpoint":"\(issuer)/token",
            "userinfo_endpoint":"\(issuer)/userinfo","jwks_uri":"\(issuer)/keys","end_session_endpoint":"\(issuer)/logout",
            "response_types_supported":["code"],"subject_types_supported":["public"],
            "id_token_signing_alg_values_supported":["ES256"],"code_challenge_methods_supported":["S256"]}
            """)
    }

    private func keys(_ key: P256.Signing.PrivateKey) -> StubResponse {
        let point = key.publicKey.x963Representation.dropFirst()
        let (x, y) = (Self.base64URL(point.prefix(32)), Self.base64URL(point.suffix(32)))
        return .json(
            #"{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"k1","x":"\#(x)","y":"\#(y)"}]}"#)
    }

    private func authorize(_ request: StubRequest) -> StubResponse {
        let query = request.query
        let code = "code-\(UInt64.random(in: .min ... .max))"
        state.withLock { $0.nonces[code] = query["nonce"] }
        let location = "\(query["redirect_uri"] ?? "")?code=\(code)&state=\(FormText.encode(query["state"] ?? ""))"
        return .answer(status: 302, fields: [("Location", location)], body: [])
    }

    private func token(
        _ request: StubRequest, key: P256.Signing.PrivateKey, foreignKey: P256.Signing.PrivateKey
    ) -> StubResponse {
        let code = FormText.parse(String(decoding: request.body, as: UTF8.self))["code"] ?? ""
        let (fault, nonce) = state.withLock {
            $0.redeemed += 1
            return ($0.fault, $0.nonces.removeValue(forKey: code))
        }
        if fault == .tokenEndpointFails { return .json(#"{"error":"server_error"}"#, status: 503) }
        guard let nonce, fault != .codeRefused else { return .json(#"{"error":"invalid_grant"}"#, status: 400) }
        if fault == .deepTokens { return Self.deep("id_token") }
        if fault == .noIDToken { return .json(#"{"access_token":"at","token_type":"Bearer","expires_in":3600}"#) }
        let now = Int(Date().timeIntervalSince1970)
        let claims = [
            #""iss":"\#(fault == .wrongIssuer ? issuer + "/other" : issuer)""#, #""sub":"\#(Self.subject)""#,
            #""aud":"\#(fault == .wrongAudience ? "another" : Self.clientID)""#, #""iat":\#(now)"#,
            #""exp":\#(fault == .hugeExpiry ? "1e999999999" : "\(fault == .expired ? now - 3600 : now + 3600)")"#,
            fault == .missingNonce ? nil : #""nonce":"\#(fault == .wrongNonce ? "x" + nonce : nonce)""#,
        ].compactMap(\.self).joined(separator: ",")
        let token = Self.sign("{\(claims)}", with: fault == .foreignKey ? foreignKey : key, fault: fault)
        let (access, refresh) = (
            "access-\(UInt64.random(in: .min ... .max))", "refresh-\(UInt64.random(in: .min ... .max))"
        )
        let verifier = FormText.parse(String(decoding: request.body, as: UTF8.self))["code_verifier"] ?? ""
        state.withLock { $0.issued += [code, verifier, token, access, refresh] }
        return .json(
            #"{"id_token":"\#(token)","access_token":"\#(access)","refresh_token":"\#(refresh)","token_type":"Bearer","#
                + #""expires_in":\#(fault == .hugeLifetime ? "1e999999999" : "3600")}"#)
    }

    private static func deep(_ key: String) -> StubResponse {
        .json("{\"\(key)\":" + String(repeating: "[", count: 4000) + String(repeating: "]", count: 4000) + "}")
    }

    private var userInfo: StubResponse {
        switch state.withLock({ $0.fault }) {
        case .deepUserInfo: Self.deep("sub")
        case .userInfoFails: .json(#"{"error":"server_error"}"#, status: 500)
        case .userInfoOfSomebodyElse: .json(#"{"sub":"somebody-else","email":"user@example.com"}"#)
        case .noUserInfoSubject: .json(#"{"email":"user@example.com"}"#)
        default: .json(#"{"sub":"\#(Self.subject)","email":"user@example.com","username":"user"}"#)
        }
    }

    private static func sign(_ claims: String, with key: P256.Signing.PrivateKey, fault: Fault?) -> String {
        let algorithm = fault == .unsigned ? "none" : "ES256"
        let head = base64URL(Data(#"{"alg":"\#(algorithm)","kid":"k1","typ":"JWT"}"#.utf8))
        let signed = head + "." + base64URL(Data(claims.utf8))
        if fault == .unsigned { return signed + "." }
        guard let signature = try? key.signature(for: Data(signed.utf8)) else { return "" }
        if fault == .tamperedClaims {
            let other = claims.replacing(subject, with: "99999999-2222-3333-4444-555555555555")
            return head + "." + base64URL(Data(other.utf8)) + "." + base64URL(signature.rawRepresentation)
        }
        return signed + "." + base64URL(signature.rawRepresentation)
    }

    private static func base64URL(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
