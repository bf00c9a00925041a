import Crypto
import Foundation
import Synchronization

/// What a ``ProviderStub`` does about sign-outs: its pages for them, the tokens it takes back, and the logout tokens it signs.
public final class StubSignOut: Sendable {
    private struct State {
        var hasPage = true
        var isSilent = false
        var revoked: [Revocation] = []
        var sessions: [String] = []
        var globalSignOuts: [StubRequest] = []
    }

    /// A token that was given back.
    public struct Revocation: Sendable {
        /// `token`
        public let token: String
        /// `token_type_hint`
        public let hint: String
        /// Whether the client proved itself.
        public let isProven: Bool
    }

    private let state = Mutex(State())
    /// What the provider signs with.
    let key: P256.Signing.PrivateKey

    init(key: P256.Signing.PrivateKey) { self.key = key }

    /// Has no sign-out page from now on.
    public func removePage() { state.withLock { $0.hasPage = false } }

    /// Does not answer revocations from now on.
    public func fallSilent() { state.withLock { $0.isSilent = true } }

    /// What was given back, in order.
    public var revoked: [Revocation] { state.withLock { $0.revoked } }

    /// The requests for a sign-out on all devices, in order.
    public var globalSignOuts: [StubRequest] { state.withLock { $0.globalSignOuts } }

    /// The `sid` of each sign-in, in order.
    public var sessions: [String] { state.withLock { $0.sessions } }

    /// Members of the discovery document, each with a comma behind it.
    func metadata(_ issuer: String) -> String {
        let page = state.withLock { $0.hasPage } ? #""end_session_endpoint":"\#(issuer)/logout","# : ""
        return page + #""revocation_endpoint":"\#(issuer)/revoke","#
    }

    /// The `sid` of a new sign-in.
    func begin() -> String {
        let session = "sid-\(UInt64.random(in: .min ... .max))"
        state.withLock { $0.sessions.append(session) }
        return session
    }

    func signOutGlobally(_ request: StubRequest) -> StubResponse {
        state.withLock { $0.globalSignOuts.append(request) }
        return .json("{}")
    }

    func revoke(_ request: StubRequest) -> StubResponse {
        let form = FormText.parse(String(decoding: request.body, as: UTF8.self))
        let credentials = Data("\(ProviderStub.clientID):\(ProviderStub.clientSecret)".utf8).base64EncodedString()
        let isSilent = state.withLock { state in
            state.revoked.append(
                Revocation(
                    token: form["token"] ?? "", hint: form["token_type_hint"] ?? "",
                    isProven: request.method == "POST" && request.value("authorization") == "Basic " + credentials))
            return state.isSilent
        }
        return isSilent ? .silence : .answer(status: 200, fields: [], body: [])
    }
}

extension ProviderStub {
    /// How a logout token is signed.
    public enum LogoutTokenSignature: Sendable {
        case good, foreign, none
        /// HMAC with the public key, which everybody knows, as the secret.
        case publicKeyAsSecret
    }

    /// A logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).
    ///
    /// - Parameters:
    ///   - changes: members by name, as JSON; nil takes one away.
    ///   - header: further members of the header, each with a comma before it.
    public func logoutToken(
        _ changes: [String: String?] = [:], header: String = "", type: String = "logout+jwt", keyID: String = "k1",
        _ signature: LogoutTokenSignature = .good
    ) -> String {
        let now = Int(Date().timeIntervalSince1970)
        var claims: [String: String] = [
            "iss": "\"\(issuer)\"", "aud": "\"\(Self.clientID)\"", "iat": "\(now)", "exp": "\(now + 120)",
            "jti": "\"\(UUID().uuidString)\"", "sub": "\"\(Self.subject)\"",
            "events": #"{"http://schemas.openid.net/event/backchannel-logout":{}}"#,
        ]
        for (name, value) in changes { claims[name] = value }
        let algorithm =
            switch signature {
            case .good, .foreign: "ES256"
            case .none: "none"
            case .publicKeyAsSecret: "HS256"
            }
        let head = #"{"alg":"\#(algorithm)","kid":"\#(keyID)","typ":"\#(type)"\#(header)}"#
        let body = claims.map { "\"\($0)\":\($1)" }.joined(separator: ",")
        let signed = [head, "{\(body)}"].map { Self.base64URL(Data($0.utf8)) }.joined(separator: ".")
        let data = Data(signed.utf8)
        let bytes: Data =
            switch signature {
            case .good: (try? signOut.key.signature(for: data).rawRepresentation) ?? Data()
            case .foreign: (try? P256.Signing.PrivateKey().signature(for: data).rawRepresentation) ?? Data()
            case .none: Data()
            case .publicKeyAsSecret:
                Data(
                    HMAC<SHA256>.authenticationCode(
                        for: data, using: SymmetricKey(data: Data(signOut.key.publicKey.pemRepresentation.utf8))))
            }
        return signed + "." + Self.base64URL(bytes)
    }
}
