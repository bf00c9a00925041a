/// How the gateway proves at the token endpoint which client it is (OpenID Connect Core §9).
public enum ClientAuthentication: Sendable {
    /// With this secret, in the header or the body: as the provider's discovery document has it, in the header where that says nothing.
    case secret(String)
    /// With this secret in the header: `client_secret_basic`.
    case secretBasic(String)
    /// With this secret in the body: `client_secret_post`.
    case secretPost(String)
    /// With a token signed by this key: `private_key_jwt`.
    case privateKeyJWT(ClientKey)
    /// Not at all: a public client, whose codes PKCE protects.
    case publicClient

    var isPublic: Bool {
        if case .publicClient = self { true } else { false }
    }

    /// Whether what it needs is there.
    var isComplete: Bool {
        switch self {
        case .secret(let secret), .secretBasic(let secret), .secretPost(let secret): !secret.isEmpty
        case .privateKeyJWT, .publicClient: true
        }
    }
}
