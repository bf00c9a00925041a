import HTTPTypes
import Hummingbird
import Tokens

/// Discovery and keys, below the pool's id, as on Cognito's API host.
struct MetadataRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) throws {
        let discovery = try JSONDocument.text(discoveryMembers)
        let keySet = pool.tokens.keySet
        let base = "\(pool.configuration.poolID)/.well-known"
        router.get("\(base)/openid-configuration") { _, _ in
            Response.json(discovery, cacheControl: Self.cacheControl)
        }
        router.get("\(base)/jwks.json") { _, _ in Response.json(keySet, cacheControl: Self.cacheControl) }
    }

    /// The twelve members of live pools, and the PKCE methods and back-channel logout, which Cognito leaves out.
    private var discoveryMembers: [String: ClaimValue] {
        let domain = pool.configuration.endpoint
        let issuer = pool.configuration.issuer
        return [
            "authorization_endpoint": .string("\(domain)/oauth2/authorize"),
            "backchannel_logout_session_supported": .boolean(true),
            "backchannel_logout_supported": .boolean(true),
            "code_challenge_methods_supported": .strings(["S256"]),
            "end_session_endpoint": .string("\(domain)/logout"),
            "id_token_signing_alg_values_supported": .strings(["RS256"]),
            "issuer": .string(issuer),
            "jwks_uri": .string("\(issuer)/.well-known/jwks.json"),
            "response_types_supported": .strings(["code", "token"]),
            "revocation_endpoint": .string("\(domain)/oauth2/revoke"),
            "scopes_supported": .strings(["openid", "email", "phone", "profile"]),
            "subject_types_supported": .strings(["public"]),
            "token_endpoint": .string("\(domain)/oauth2/token"),
            "token_endpoint_auth_methods_supported": .strings(["client_secret_basic", "client_secret_post"]),
            "userinfo_endpoint": .string("\(domain)/oauth2/userInfo"),
        ]
    }

    /// Short, so that changed keys and addresses are soon known.
    private static let cacheControl = "public, max-age=300"
}
