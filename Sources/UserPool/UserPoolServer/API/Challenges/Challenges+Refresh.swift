import Accounts
import UserPoolStore

extension Challenges {
    /// REFRESH_TOKEN_AUTH. The secret hash is over the user's name or id, which the client knows from its tokens.
    func refresh(_ client: Pool.Client, _ parameters: [String: String]) async throws -> AuthenticationResult {
        let token = try required("REFRESH_TOKEN", in: parameters)
        let signIn = try await renew(token, client).signIn
        do {
            try SecretHash.check(parameters["SECRET_HASH"], username: signIn.user.username.text, of: client)
        } catch {
            try SecretHash.check(parameters["SECRET_HASH"], username: signIn.user.subject, of: client)
        }
        return try await tokens(for: signIn, client, refreshToken: nil)
    }

    /// GetTokensFromRefreshToken, for a client that has shown its secret.
    func tokens(refreshToken token: String, _ client: Pool.Client) async throws -> AuthenticationResult {
        let (signIn, new) = try await renew(token, client)
        return try await tokens(for: signIn, client, refreshToken: new)
    }

    private func renew(_ token: String, _ client: Pool.Client) async throws -> (signIn: SignIn, new: String?) {
        let application = client.application
        switch try await pool.store.refresh(
            token, clientID: application.id, rotation: application.rotation, now: pool.now)
        {
        case .granted(let signIn, let new): return (signIn, new?.text)
        case .unknown: throw APIError.invalidRefreshToken
        case .revoked: throw APIError.notAuthorized("Refresh Token has been revoked")
        case .expired: throw APIError.notAuthorized("Refresh Token has expired")
        case .reused: throw APIError.refreshTokenReuse
        }
    }
}
