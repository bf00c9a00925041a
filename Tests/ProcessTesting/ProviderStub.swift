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
        /// Elsewhere, so that a user cannot help himself or has to wait.
        case tokenResponseGarbled, tokenEndpointSilent, userInfoSilent, userInfoTooLarge
        /// The ID token names another place where its key is to be had: ``keyBait``.
        case keyElsewhere

        /// Those after which a user is offered to sign in again, at once.
        public static let recoverable = allCases.filter {
            ![.tokenEndpointSilent, .userInfoSilent, .userInfoTooLarge].contains($0)
        }
    }

    /// What becomes of refreshes.
    public enum RefreshFault: Sendable, CaseIterable {
        /// The provider's, for a while: the session goes on.
        case unavailable, hangsUp, foreignKey, wrongAudience, wrongIssuer, malformed
        /// The grant is over, or is another user's: the session ends.
        case refused, otherSubject, userInfoOfSomebodyElse
    }

    private struct State {
        var refreshFault: RefreshFault?
        var refreshes = 0
        var refreshPause: Duration?
        var refreshTokens: Set<String> = []
        var tokensOfOld = 0
        var tokenLife = 3600
        var email = "user@example.com"
        var idTokenClaims = ""
        var userInfoClaims = ""
        var padding = ""
        var fault: Fault?
        var nonces: [String: String] = [:]
        var redeemed = 0
        var subject = ProviderStub.subject
        var claims: String?
        var asksFirst = false
        var issued: [String] = []
        var isGone = false
        var keyBait = ""
    }

    private let server: StubServer
    private let key: P256.Signing.PrivateKey
    private let state: Mutex<State>
    /// `http://127.0.0.1:PORT`
    public let issuer: String
    /// What it does about sign-outs.
    public let signOut: StubSignOut
    /// The client the gateway is.
    public static let clientID = "client"
    /// Its secret.
    public static let clientSecret = "client-secret-for-tests"
    /// Everybody's subject, unless ``signIn(subject:)`` says otherwise.
    public static let subject = "11111111-2222-3333-4444-555555555555"

    /// Starts the provider on a free port.
    public init() throws {
        let server = try StubServer()
        let issuer = "http://127.0.0.1:\(server.port)"
        self.server = server
        self.issuer = issuer
        state = Mutex(State())
        let key = P256.Signing.PrivateKey()
        self.key = key
        signOut = StubSignOut(key: key)
        server.respond { [weak self] request in
            self?.answer(request, key: key, foreignKey: P256.Signing.PrivateKey()) ?? .hangUp
        }
    }

    /// Misbehaves from now on; nil behaves.
    public func misbehave(_ fault: Fault?) { state.withLock { $0.fault = fault } }

    /// Hangs up on everybody from now on, or does so no longer.
    public func goAway(_ isGone: Bool = true) { state.withLock { $0.isGone = isGone } }

    /// Where ``Fault/keyElsewhere`` says its key is.
    public var keyBait: String {
        get { state.withLock { $0.keyBait } }
        set { state.withLock { $0.keyBait = newValue } }
    }

    /// What the user-info endpoint says from now on: a JSON object.
    public func say(claims: String) { state.withLock { $0.claims = claims } }

    /// Signs in another user from now on.
    public func signIn(subject: String) {
        state.withLock {
            $0.subject = subject
            $0.claims = #"{"sub":"\#(subject)","username":"\#(subject)"}"#
        }
    }

    /// Shows a page with a button, `#go`, before it signs anybody in, as a provider does that asks for a password.
    public func askFirst(_ asks: Bool) { state.withLock { $0.asksFirst = asks } }

    /// How many codes were redeemed.
    public var redeemedCodes: Int { state.withLock { $0.redeemed } }

    /// Every code, token and PKCE verifier that passed between the provider and the gateway: nobody else may ever see one.
    public var secrets: [String] { state.withLock { $0.issued } }

    /// Misbehaves at refreshes from now on; nil behaves.
    public func misbehaveAtRefresh(_ fault: RefreshFault?) { state.withLock { $0.refreshFault = fault } }

    /// How many refreshes were asked for.
    public var refreshes: Int { state.withLock { $0.refreshes } }

    /// How many of them came with a refresh token that another one had replaced.
    public var refreshesOfOld: Int { state.withLock { $0.tokensOfOld } }

    /// From now on: seconds an access token lives, the user's e-mail address, characters in another claim, and how long a refresh takes.
    public func set(tokenLife: Int? = nil, email: String? = nil, padding: Int? = nil, refreshPause: Duration? = nil) {
        state.withLock {
            if let tokenLife { $0.tokenLife = tokenLife }
            if let email { $0.email = email }
            if let padding { $0.padding = String(repeating: "x", count: padding) }
            if let refreshPause { $0.refreshPause = refreshPause }
        }
    }

    /// What the next ID token and the user-info response say besides, as JSON members: `"groups":["a"]`.
    public func say(idToken: String = "", userInfo: String = "") {
        state.withLock {
            $0.idTokenClaims = idToken
            $0.userInfoClaims = userInfo
        }
    }

    /// A token with these claims, a JSON object, signed by the provider's key.
    public func token(_ claims: String) -> String { Self.sign(claims, with: key, fault: nil) }

    private func answer(
        _ request: StubRequest, key: P256.Signing.PrivateKey, foreignKey: P256.Signing.PrivateKey
    ) -> StubResponse {
        if state.withLock({ $0.isGone }) { return .hangUp }
        switch request.path {
        case "/.well-known/openid-configuration": return discovery
        case "/keys": return keys(key)
        case "/authorize": return authorize(request)
        case "/token": return token(request, key: key, foreignKey: foreignKey)
        case "/userinfo": return userInfo
        case "/revoke": return signOut.revoke(request)
        case "/": return signOut.signOutGlobally(request)
        default: return .answer(status: 404, fields: [], body: [])
        }
    }

    private var discovery: StubResponse {
        .json(
            """
            {"issuer":"\(issuer)","authorization_endpoint":"\(issuer)/authorize","token_endpoint":"\(issuer)/token",
            "userinfo_endpoint":"\(issuer)/userinfo","jwks_uri":"\(issuer)/keys",\(signOut.metadata(issuer))
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
        if request.method == "GET", state.withLock({ $0.asksFirst }) {
            let target = request.target.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
            return .answer(
                status: 200, fields: [("Content-Type", "text/html")],
                body: Array(
                    "<!doctype html><title>provider</title><link rel=icon href=\"data:,\"><form method=post action=\"\(target)\"><button id=go>Go</button></form>"
                        .utf8))
        }
        let query = request.query
        let code = "code-\(UInt64.random(in: .min ... .max))"
        state.withLock { $0.nonces[code] = query["nonce"] }
        let location = "\(query["redirect_uri"] ?? "")?code=\(code)&state=\(FormText.encode(query["state"] ?? ""))"
        return .answer(status: 302, fields: [("Location", location)], body: [])
    }

    private func token(
        _ request: StubRequest, key: P256.Signing.PrivateKey, foreignKey: P256.Signing.PrivateKey
    ) -> StubResponse {
        let form = FormText.parse(String(decoding: request.body, as: UTF8.self))
        if form["grant_type"] == "refresh_token" {
            return refresh(form["refresh_token"] ?? "", key: key, foreignKey: foreignKey)
        }
        let code = form["code"] ?? ""
        let (fault, nonce, further, subject) = state.withLock {
            $0.redeemed += 1
            return ($0.fault, $0.nonces.removeValue(forKey: code), $0.idTokenClaims, $0.subject)
        }
        if fault == .tokenEndpointSilent { return .silence }
        if fault == .tokenResponseGarbled { return .json("<html>") }
        if fault == .tokenEndpointFails { return .json(#"{"error":"server_error"}"#, status: 503) }
        guard let nonce, fault != .codeRefused else { return .json(#"{"error":"invalid_grant"}"#, status: 400) }
        if fault == .deepTokens { return Self.deep("id_token") }
        if fault == .noIDToken { return .json(#"{"access_token":"at","token_type":"Bearer","expires_in":3600}"#) }
        let now = Int(Date().timeIntervalSince1970)
        let claims = [
            #""iss":"\#(fault == .wrongIssuer ? issuer + "/other" : issuer)""#, #""sub":"\#(subject)""#,
            #""aud":"\#(fault == .wrongAudience ? "another" : Self.clientID)""#, #""iat":\#(now)"#,
            #""exp":\#(fault == .hugeExpiry ? "1e999999999" : "\(fault == .expired ? now - 3600 : now + 3600)")"#,
            #""sid":"\#(signOut.begin())""#,
            fault == .missingNonce ? nil : #""nonce":"\#(fault == .wrongNonce ? "x" + nonce : nonce)""#,
            further.isEmpty ? nil : further,
        ].compactMap(\.self).joined(separator: ",")
        let isForeign = fault == .foreignKey || fault == .keyElsewhere
        let token = Self.sign(
            "{\(claims)}", with: isForeign ? foreignKey : key, fault: fault,
            keyAddress: fault == .keyElsewhere ? keyBait : nil)
        let verifier = FormText.parse(String(decoding: request.body, as: UTF8.self))["code_verifier"] ?? ""
        state.withLock { $0.issued += [code, verifier] }
        return grant(token)
    }

    private func grant(_ idToken: String) -> StubResponse {
        let accessToken = "access-\(UInt64.random(in: .min ... .max))"
        let refreshToken = "refresh-\(UInt64.random(in: .min ... .max))"
        let (life, fault) = state.withLock {
            $0.refreshTokens.insert(refreshToken)
            $0.issued += [idToken, accessToken, refreshToken]
            return ($0.tokenLife, $0.fault)
        }
        return .json(
            #"{"id_token":"\#(idToken)","access_token":"\#(accessToken)","refresh_token":"\#(refreshToken)","#
                + #""token_type":"Bearer","expires_in":\#(fault == .hugeLifetime ? "1e999999999" : String(life))}"#)
    }

    private static func deep(_ key: String) -> StubResponse {
        .json("{\"\(key)\":" + String(repeating: "[", count: 4000) + String(repeating: "]", count: 4000) + "}")
    }

    /// A refresh token is good once: the answer has the next one.
    private func refresh(
        _ refreshToken: String, key: P256.Signing.PrivateKey, foreignKey: P256.Signing.PrivateKey
    ) -> StubResponse {
        let (fault, pause) = state.withLock {
            $0.refreshes += 1
            return ($0.refreshFault, $0.refreshPause)
        }
        if let pause { usleep(UInt32(pause / .microseconds(1))) }
        switch fault {
        case .unavailable: return .json(#"{"error":"temporarily_unavailable"}"#, status: 503)
        case .hangsUp: return .hangUp
        case .malformed: return .json("{}")
        case .refused: return .json(#"{"error":"invalid_grant"}"#, status: 400)
        default: break
        }
        let isGood = state.withLock { state in
            let isGood = state.refreshTokens.contains(refreshToken)
            if !isGood { state.tokensOfOld += 1 }
            // What fails at the gateway was no success: the token stays good, so that the next try shows what the gateway kept.
            if fault == nil { state.refreshTokens.remove(refreshToken) }
            return isGood
        }
        guard isGood else { return .json(#"{"error":"invalid_grant"}"#, status: 400) }
        let now = Int(Date().timeIntervalSince1970)
        let claims = [
            #""iss":"\#(fault == .wrongIssuer ? issuer + "/other" : issuer)""#,
            #""sub":"\#(fault == .otherSubject ? "somebody-else" : Self.subject)""#,
            #""aud":"\#(fault == .wrongAudience ? "another" : Self.clientID)""#, #""iat":\#(now),"exp":\#(now + 3600)"#,
        ].joined(separator: ",")
        return grant(Self.sign("{\(claims)}", with: fault == .foreignKey ? foreignKey : key, fault: nil))
    }

    private var userInfo: StubResponse {
        let (fault, refreshFault, email, padding, refreshes, further, claims) = state.withLock {
            ($0.fault, $0.refreshFault, $0.email, $0.padding, $0.refreshes, $0.userInfoClaims, $0.claims)
        }
        if refreshFault == .userInfoOfSomebodyElse, refreshes > 0 { return .json(#"{"sub":"somebody-else"}"#) }
        return switch fault {
        case .deepUserInfo: Self.deep("sub")
        case .userInfoFails: .json(#"{"error":"server_error"}"#, status: 500)
        case .userInfoOfSomebodyElse: .json(#"{"sub":"somebody-else","email":"user@example.com"}"#)
        case .userInfoSilent: .silence
        case .userInfoTooLarge:
            .json(#"{"sub":"\#(Self.subject)","x":"\#(String(repeating: "x", count: 11 * 1024))"}"#)
        case .noUserInfoSubject: .json(#"{"email":"user@example.com"}"#)
        default:
            .json(
                claims ?? #"{"sub":"\#(Self.subject)","email":"\#(email)","username":"user","padding":"\#(padding)""#
                    + (further.isEmpty ? "" : "," + further) + "}")
        }
    }

    private static func sign(
        _ claims: String, with key: P256.Signing.PrivateKey, fault: Fault?, keyAddress: String? = nil
    ) -> String {
        let algorithm = fault == .unsigned ? "none" : "ES256"
        let address = keyAddress.map { #","jku":"\#($0)","x5u":"\#($0)""# } ?? ""
        let head = base64URL(Data(#"{"alg":"\#(algorithm)","kid":"k1","typ":"JWT"\#(address)}"#.utf8))
        let signed = head + "." + base64URL(Data(claims.utf8))
        if fault == .unsigned { return signed + "." }
        guard let signature = try? key.signature(for: Data(signed.utf8)) else { return "" }
        if fault == .tamperedClaims {
            let other = claims.replacing(subject, with: "99999999-2222-3333-4444-555555555555")
            return head + "." + base64URL(Data(other.utf8)) + "." + base64URL(signature.rawRepresentation)
        }
        return signed + "." + base64URL(signature.rawRepresentation)
    }

    static func base64URL(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
