import HTTPTypes
import Hummingbird
import Tokens

/// Issuer and keys of pools that were made through the API, at their issuers' addresses: without them nobody could verify their tokens.
struct SiblingMetadataRoutes: Sendable {
    let pools: PoolDirectory

    func add(to router: Router<PoolContext>) {
        router.get(":pool/.well-known/openid-configuration") { _, context in
            let pool = try await pool(context)
            let issuer = pool.tokens.issuer
            // These pools sign in by the API alone, so there are no endpoints of OAuth to be found.
            return Response.json(
                try JSONDocument.text([
                    "issuer": .string(issuer), "jwks_uri": .string("\(issuer)/.well-known/jwks.json"),
                    "id_token_signing_alg_values_supported": .strings(["RS256"]),
                    "subject_types_supported": .strings(["public"]),
                ]), cacheControl: Self.cacheControl)
        }
        router.get(":pool/.well-known/jwks.json") { _, context in
            Response.json(try await pool(context).tokens.keySet, cacheControl: Self.cacheControl)
        }
    }

    private func pool(_ context: PoolContext) async throws -> Pool {
        guard let pool = await pools.pool(try context.parameters.require("pool")) else { throw HTTPError(.notFound) }
        return pool
    }

    /// Short: a pool may be deleted.
    private static let cacheControl = "public, max-age=60"
}
