import Accounts
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Tokens
import UserPoolStore

/// `/oauth2/token` and `/oauth2/revoke`: what clients call, authenticated by id and secret.
struct TokenRoutes: Sendable {
    let pool: Pool

    func add(to router: Router<PoolContext>) {
        router.post("oauth2/token") { request, context in
            await answer(context) { () async throws in try await token(request) }
        }
        router.post("oauth2/revoke") { request, context in
            await answer(context, invalidClient: .unauthorized) { () async throws in try await revoke(request) }
        }
        for path in ["oauth2/token", "oauth2/revoke"] {
            router.get(RouterPath(path)) { _, _ in
                var response = Self.errorResponse(.invalidRequest("POST only"), status: .methodNotAllowed)
                response.headers[.allow] = "POST, OPTIONS"
                return response
            }
        }
    }

    private func token(_ request: Request) async throws -> Response {
        let (form, client) = try await clientForm(request)
        let now = pool.now
        switch try TokenRequest(form) {
        case .authorizationCode(let code, let redirectURI, let verifier):
            let redemption = try await pool.store.redeem(
                code: code, clientID: client.id, redirectURI: redirectURI, verifier: verifier,
                refreshLifetime: client.lifetimes.refresh, now: now)
            switch redemption {
            case .refused: throw TokenRefusal.invalidGrant
            case .redirectMismatch: throw TokenRefusal.unauthorizedClient("invalid_redirect")
            case .granted(let signIn, let nonce, let refreshToken):
                return try await issue(signIn, client, nonce: nonce, refreshToken: refreshToken.text, now: now)
            }
        case .refresh(let token):
            let outcome = try await pool.store.refresh(
                token, clientID: client.id, rotation: client.rotation, now: now)
            guard case .granted(let signIn, let newToken) = outcome else { throw TokenRefusal.invalidGrant }
            return try await issue(signIn, client, nonce: nil, refreshToken: newToken?.text, now: now)
        }
    }

    private func issue(
        _ signIn: SignIn, _ client: AppClient, nonce: String?, refreshToken: String?, now: Int
    ) async throws -> Response {
        guard client.seesWholeContacts(of: signIn.scopes) else { throw TokenRefusal.invalidGrant }
        let tokens = try await pool.tokens.issue(TokenGrant(signIn, for: client, nonce: nonce), now: now)
        var members: [String: ClaimValue] = [
            "access_token": .string(tokens.accessToken), "token_type": .string("Bearer"),
            "expires_in": .integer(tokens.expiresIn),
        ]
        members["id_token"] = tokens.idToken.map(ClaimValue.string)
        members["refresh_token"] = refreshToken.map(ClaimValue.string)
        return .json(try JSONDocument.text(members))
    }

    private func revoke(_ request: Request) async throws -> Response {
        let (form, client) = try await clientForm(request)
        guard client.allowsRevocation else { throw TokenRefusal.invalidRequest("this client's tokens are not revoked") }
        guard let token = form["token"], !token.isEmpty else { throw TokenRefusal.invalidRequest("token is missing") }
        // Ours are 43 characters without a dot; a signed token cannot be revoked by itself.
        guard !token.contains(".") else { throw TokenRefusal.unsupportedTokenType }
        try await pool.store.revoke(refreshToken: token, clientID: client.id, now: pool.now)
        var response = Response(status: .ok)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// The body of a request whose client has proved who it is, by `Authorization: Basic` or in the body.
    ///
    /// This comes before anything else is looked at, so a failed attempt uses up no code: some client libraries try one
    /// way first and then, with the same code, the other.
    private func clientForm(_ request: Request) async throws -> (FormParameters, AppClient) {
        let limits = pool.configuration.limits
        guard let form = try await request.bodyForm(within: limits.requestSeconds) else {
            throw TokenRefusal.invalidRequest("the body must be application/x-www-form-urlencoded")
        }
        guard form.repeatedName == nil else { throw TokenRefusal.invalidRequest("a parameter is given more than once") }
        let given: (id: String, secret: String)
        if let header = request.headers[.authorization] {
            guard let basic = Self.basicCredentials(header) else { throw TokenRefusal.invalidClient }
            guard form["client_id"] == nil || form["client_id"] == basic.id else { throw TokenRefusal.invalidClient }
            given = basic
        } else {
            given = (form["client_id"] ?? "", form["client_secret"] ?? "")
        }
        // A public client has no secret and must not send one.
        guard let client = try await pool.client(given.id), Self.areEqual(given.secret, client.secret ?? "") else {
            throw TokenRefusal.invalidClient
        }
        return (form, client.application)
    }

    private func answer(
        _ context: PoolContext, invalidClient: HTTPResponse.Status = .badRequest,
        _ work: () async throws -> Response
    ) async -> Response {
        do {
            return try await work()
        } catch let refusal as TokenRefusal {
            context.logger.notice("Token request refused", metadata: ["error": "\(refusal.code)"])
            return Self.errorResponse(refusal, status: refusal == .invalidClient ? invalidClient : .badRequest)
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            return Self.errorResponse(.invalidRequest("the body is too large"), status: .contentTooLarge)
        } catch let error as any HTTPResponseError where error.status == .requestTimeout {
            return Self.errorResponse(.invalidRequest("the body took too long"), status: .requestTimeout)
        } catch {
            context.logger.error("A token request failed inside the pool", metadata: ["error": "\(error)"])
            return .json(#"{"error":"server_error"}"#, status: .internalServerError)
        }
    }

    private static func errorResponse(_ refusal: TokenRefusal, status: HTTPResponse.Status) -> Response {
        var members: [String: ClaimValue] = ["error": .string(refusal.code)]
        members["error_description"] = refusal.detail.map(ClaimValue.string)
        let text = (try? JSONDocument.text(members)) ?? #"{"error":"invalid_request"}"#
        return .json(text, status: status)
    }

    private static func basicCredentials(_ header: String) -> (id: String, secret: String)? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic", let data = Data(base64Encoded: String(parts[1])),
            let text = String(bytes: data, encoding: .utf8), let colon = text.firstIndex(of: ":")
        else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    /// In constant time: digests of swift-crypto compare so.
    private static func areEqual(_ one: String, _ other: String) -> Bool {
        SHA256.hash(data: Array(one.utf8)) == SHA256.hash(data: Array(other.utf8))
    }
}

extension TokenGrant {
    /// What a sign-in gives the client it is for.
    init(_ signIn: SignIn, for client: AppClient, nonce: String?, isFromAPI: Bool = false) {
        self.init(
            user: signIn.user, clientID: signIn.clientID, scopes: signIn.scopes, nonce: nonce,
            authenticatedAt: signIn.authenticatedAt, originID: signIn.id, session: signIn.session)
        usedMFA = signIn.usedMFA
        self.isFromAPI = isFromAPI
        readableAttributes = client.readableAttributes
        lifetimes = client.lifetimes
    }
}
