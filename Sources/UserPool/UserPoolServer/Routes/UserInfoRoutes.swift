import Accounts
import HTTPTypes
import Hummingbird
import Tokens
import UserPoolStore

/// `/oauth2/userInfo`: the claims behind an access token, which is checked against the store, not by its signature alone.
struct UserInfoRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) {
        router.get("oauth2/userInfo") { request, _ in try await userInfo(request) }
        router.post("oauth2/userInfo") { request, _ in try await userInfo(request) }
    }

    private func userInfo(_ request: Request) async throws -> Response {
        let parts = (request.headers[.authorization] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            return Self.refusal(
                .badRequest, "invalid_request", "Bad OAuth2 request at UserInfo Endpoint")
        }
        guard let token = await pool.tokens.accessToken(String(parts[1]), now: pool.now),
            token.scopes.contains(.openid),
            let signIn = try await pool.store.activeSignIn(token.originID), signIn.user.subject == token.subject
        else {
            return Self.refusal(
                .unauthorized, "invalid_token",
                "Access token is expired, disabled, or deleted, or the user has globally signed out.")
        }
        // Strings throughout, `email_verified` too: so does Cognito's endpoint.
        let readable = try await pool.client(signIn.clientID)?.application.readableAttributes
        var claims = signIn.user.attributes(for: token.scopes, readable: readable).mapValues(ClaimValue.string)
        claims["sub"] = .string(signIn.user.subject)
        claims["username"] = .string(signIn.user.username.text)
        return .json(try JSONDocument.text(claims))
    }

    private static func refusal(_ status: HTTPResponse.Status, _ error: String, _ description: String) -> Response {
        let members = ["error": ClaimValue.string(error), "error_description": .string(description)]
        var response = Response.json((try? JSONDocument.text(members)) ?? "{}", status: status)
        response.headers[.wwwAuthenticate] = "Bearer error=\"\(error)\", error_description=\"\(description)\""
        return response
    }
}
