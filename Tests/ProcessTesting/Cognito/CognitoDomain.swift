import Crypto
import Foundation
import Synchronization

/// What a user pool's domain does and moto lacks: the pages and OAuth endpoints, in Cognito's own ways. Whom a password belongs to, what tokens
/// say, and what a client may do, it asks moto.
final class CognitoDomain: Sendable {
    private struct Grant {
        let tokens: Tokens
        let redirectURI: String
        let challenge: String?
    }

    private struct Tokens: Sendable {
        let access: String
        let id: String
        let refresh: String?
        let user: String
    }

    /// An app client as it was registered.
    private struct Client {
        let members: [String: Any]

        var secret: String? { (members["ClientSecret"] as? String).flatMap { $0.isEmpty ? nil : $0 } }

        func allows(_ value: String, _ key: String) -> Bool { (members[key] as? [String])?.contains(value) == true }
    }

    private struct State {
        var grants: [String: Grant] = [:]
        /// Whose refresh token it is.
        var owners: [String: String] = [:]
        var revoked: [String] = []
        var tokenLife = 3600
    }

    private let moto: Moto
    private let poolID: Mutex<String>
    private let state = Mutex(State())

    init(moto: Moto) {
        self.moto = moto
        poolID = Mutex("")
    }

    /// The pool whose domain it is.
    func serve(pool: String) { poolID.withLock { $0 = pool } }

    /// Seconds that an access token is said to live, from now on.
    func set(tokenLife: Int) { state.withLock { $0.tokenLife = tokenLife } }

    /// The refresh tokens that were given back.
    var revoked: [String] { state.withLock { $0.revoked } }

    func answer(_ request: StubRequest) -> StubResponse {
        do {
            return switch (request.method, request.path) {
            case ("GET", "/oauth2/authorize"): try authorize(request)
            case ("GET", "/login"): Self.page("")
            case ("POST", "/login"): try login(request)
            case ("POST", "/oauth2/token"): try token(request)
            case ("GET", "/oauth2/userInfo"): try userInfo(request)
            case ("POST", "/oauth2/revoke"): try revoke(request)
            case ("GET", "/logout"): try logout(request)
            default: .answer(status: 404, fields: [], body: [])
            }
        } catch {
            return .answer(status: 500, fields: [], body: Array("\(error)".utf8))
        }
    }

    // MARK: For browsers

    private func authorize(_ request: StubRequest) throws -> StubResponse {
        let query = request.query
        let redirect = query["redirect_uri"] ?? ""
        guard let client = try client(query["client_id"] ?? ""), client.allows(redirect, "CallbackURLs") else {
            return Self.redirect("/error?error=redirect_mismatch")
        }
        func refuse(_ error: String, _ description: String = "") -> StubResponse {
            let detail = description.isEmpty ? "" : "&error_description=" + description
            return Self.redirect("\(redirect)?error=\(error)\(detail)&state=\(FormText.encode(query["state"] ?? ""))")
        }
        guard query["response_type"] == "code", client.allows("code", "AllowedOAuthFlows"),
            client.members["AllowedOAuthFlowsUserPoolClient"] as? Bool == true
        else { return refuse("unauthorized_client") }
        let scopes = (query["scope"] ?? "").split(separator: " ").map(String.init)
        guard scopes.allSatisfy({ client.allows($0, "AllowedOAuthScopes") }) else {
            return refuse("invalid_request", "invalid_scope")
        }
        guard query["code_challenge"] == nil || query["code_challenge_method"] == "S256" else {
            return refuse("invalid_request")
        }
        return Self.redirect("/login" + request.target.drop { $0 != "?" })
    }

    private func login(_ request: StubRequest) throws -> StubResponse {
        let form = FormText.parse(String(decoding: request.body, as: UTF8.self))
        let query = request.query
        let (id, user) = (query["client_id"] ?? "", form["username"] ?? "")
        guard let client = try client(id) else { return Self.redirect("/error") }
        let answer: [String: Any]
        do {
            answer = try moto.call(
                "AdminInitiateAuth",
                [
                    "UserPoolId": poolID.withLock { $0 }, "ClientId": id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                    "AuthParameters": parameters(
                        ["USERNAME": user, "PASSWORD": form["password"] ?? ""], user: user, id, client),
                ])
        } catch is Moto.APIError {
            return Self.page("Incorrect username or password.")
        }
        let code = UUID().uuidString.lowercased()
        let tokens = try Self.tokens(answer, user: user)
        state.withLock {
            $0.grants[code] = Grant(
                tokens: tokens, redirectURI: query["redirect_uri"] ?? "", challenge: query["code_challenge"])
            if let refresh = tokens.refresh { $0.owners[refresh] = user }
        }
        return Self.redirect(
            "\(query["redirect_uri"] ?? "")?code=\(code)&state=\(FormText.encode(query["state"] ?? ""))")
    }

    private func logout(_ request: StubRequest) throws -> StubResponse {
        let query = request.query
        guard let client = try client(query["client_id"] ?? ""), let target = query["logout_uri"],
            client.allows(target, "LogoutURLs")
        else { return .answer(status: 400, fields: [], body: Array("Required parameters missing".utf8)) }
        return Self.redirect(target)
    }

    private static func redirect(_ location: String) -> StubResponse {
        .answer(status: 302, fields: [("Location", location)], body: [])
    }

    private static func page(_ problem: String) -> StubResponse {
        .answer(
            status: 200, fields: [("Content-Type", "text/html;charset=UTF-8")],
            body: Array("<!doctype html><title>Sign-in</title><p>\(problem)<form method=post>".utf8))
    }

    // MARK: For clients

    private func token(_ request: StubRequest) throws -> StubResponse {
        let form = FormText.parse(String(decoding: request.body, as: UTF8.self))
        guard let (id, client) = try authenticated(request) else { return Self.refusal("invalid_client") }
        if form["grant_type"] == "refresh_token" { return try refresh(form["refresh_token"] ?? "", id, client) }
        guard let grant = state.withLock({ $0.grants.removeValue(forKey: form["code"] ?? "") }) else {
            return Self.refusal("invalid_grant")
        }
        let digest = SHA256.hash(data: Data((form["code_verifier"] ?? "").utf8))
        guard grant.challenge == nil || grant.challenge == ProviderStub.base64URL(Data(digest)),
            grant.redirectURI == form["redirect_uri"]
        else { return Self.refusal("invalid_grant") }
        return try answer(grant.tokens)
    }

    private func refresh(_ token: String, _ id: String, _ client: Client) throws -> StubResponse {
        guard let user = state.withLock({ $0.owners[token] }) else { return Self.refusal("invalid_grant") }
        do {
            let answer = try moto.call(
                "AdminInitiateAuth",
                [
                    "UserPoolId": poolID.withLock { $0 }, "ClientId": id, "AuthFlow": "REFRESH_TOKEN_AUTH",
                    "AuthParameters": parameters(["REFRESH_TOKEN": token], user: user, id, client),
                ])
            return try self.answer(Self.tokens(answer, user: user))
        } catch is Moto.APIError {
            return Self.refusal("invalid_grant")
        }
    }

    private func userInfo(_ request: StubRequest) throws -> StubResponse {
        let token = (request.value("authorization") ?? "").split(separator: " ").last ?? ""
        do {
            let user = try moto.call("GetUser", ["AccessToken": String(token)])
            var claims = ["username": user["Username"] as? String ?? ""]
            for attribute in user["UserAttributes"] as? [[String: String]] ?? [] {
                // All are texts here, `email_verified` too.
                claims[attribute["Name"] ?? ""] = attribute["Value"]
            }
            return .json(String(decoding: try JSONSerialization.data(withJSONObject: claims), as: UTF8.self))
        } catch is Moto.APIError {
            return .answer(
                status: 401,
                fields: [("WWW-Authenticate", "error=\"invalid_token\", error_description=\"Access token\"")],
                body: [])
        }
    }

    private func revoke(_ request: StubRequest) throws -> StubResponse {
        guard try authenticated(request) != nil else { return Self.refusal("invalid_client", status: 401) }
        let form = FormText.parse(String(decoding: request.body, as: UTF8.self))
        guard let token = form["token"], state.withLock({ $0.owners[token] != nil }) else {
            return Self.refusal("unsupported_token_type")
        }
        state.withLock {
            $0.revoked.append(token)
            $0.owners[token] = nil
        }
        return .answer(status: 200, fields: [], body: [])
    }

    /// The client that a request proves to come from: its secret in the header, or no secret and its name in the form.
    private func authenticated(_ request: StubRequest) throws -> (String, Client)? {
        let form = FormText.parse(String(decoding: request.body, as: UTF8.self))
        guard let header = request.value("authorization") else {
            guard let id = form["client_id"], let client = try client(id), client.secret == nil else { return nil }
            return (id, client)
        }
        let text = Data(base64Encoded: String(header.drop { $0 != " " }.dropFirst())).map {
            String(decoding: $0, as: UTF8.self)
        }
        let parts = (text ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let client = try client(parts[0]), client.secret == parts[1] else { return nil }
        return (parts[0], client)
    }

    private func client(_ id: String) throws -> Client? {
        do {
            let answer = try moto.call(
                "DescribeUserPoolClient", ["UserPoolId": poolID.withLock { $0 }, "ClientId": id])
            return (answer["UserPoolClient"] as? [String: Any]).map(Client.init)
        } catch is Moto.APIError {
            return nil
        }
    }

    private func parameters(_ own: [String: String], user: String, _ id: String, _ client: Client) -> [String: String] {
        guard let secret = client.secret else { return own }
        return own.merging(["SECRET_HASH": Moto.secretHash(user, clientID: id, secret: secret)]) { $1 }
    }

    private static func tokens(_ answer: [String: Any], user: String) throws -> Tokens {
        guard let result = answer["AuthenticationResult"] as? [String: Any],
            let access = result["AccessToken"] as? String, let id = result["IdToken"] as? String
        else { throw Failure("moto asks for more than a password") }
        return Tokens(access: access, id: id, refresh: result["RefreshToken"] as? String, user: user)
    }

    private func answer(_ tokens: Tokens) throws -> StubResponse {
        var members: [String: Any] = [
            "access_token": tokens.access, "id_token": tokens.id, "token_type": "Bearer",
            "expires_in": state.withLock { $0.tokenLife },
        ]
        if let refresh = tokens.refresh { members["refresh_token"] = refresh }
        return .json(String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self))
    }

    /// Cognito's way: 400, whatever it is.
    private static func refusal(_ error: String, status: Int = 400) -> StubResponse {
        .json(#"{"error":"\#(error)"}"#, status: status)
    }
}
