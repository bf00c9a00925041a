import Accounts
import Crypto
import Foundation
import JWTKit

/// Makes and checks the pool's tokens: RS256, one key for ID tokens and another for access tokens, as Cognito does.
public final class TokenIssuer: Sendable {
    /// The claim `iss` of every token: the pool's public address, from the configuration.
    public let issuer: String
    /// The public keys as a JSON Web Key Set (RFC 7517 §5).
    public let keySet: String
    /// Seconds ID and access tokens are good for, 300–86,400.
    public let validity: Int

    private let idTokenKey: SigningKey
    private let accessTokenKey: SigningKey
    private let idTokens: JWTKeyCollection
    private let accessTokens: JWTKeyCollection

    /// An issuer called `issuer` that signs with these keys.
    ///
    /// - Throws: when the key set cannot be written as JSON.
    public init(
        issuer: String, idTokenKey: SigningKey, accessTokenKey: SigningKey, validity: Int = 3600
    ) async throws {
        precondition((300...86_400).contains(validity), "a token validity of \(validity) s is not within 300–86,400")
        self.issuer = issuer
        self.validity = validity
        self.idTokenKey = idTokenKey
        self.accessTokenKey = accessTokenKey
        idTokens = await Self.collection(of: idTokenKey)
        accessTokens = await Self.collection(of: accessTokenKey)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        keySet = String(
            decoding: try encoder.encode(["keys": [idTokenKey.jsonWebKey, accessTokenKey.jsonWebKey]]), as: UTF8.self)
    }

    /// Tokens for `grant`, issued at `now` (Unix seconds).
    ///
    /// - Throws: when signing fails.
    public func issue(_ grant: TokenGrant, now: Int) async throws -> IssuedTokens {
        let event = UUID().uuidString.lowercased()
        let accessToken = try await accessTokens.sign(
            accessClaims(grant, now: now, event: event), kid: .init(string: accessTokenKey.keyID))
        var idToken: String?
        if grant.scopes.contains(.openid) || grant.isFromAPI {
            var claims = idClaims(grant, now: now, event: event)
            if !grant.isFromAPI { claims.members["at_hash"] = .string(Self.hash(ofAccessToken: accessToken)) }
            idToken = try await idTokens.sign(claims, kid: .init(string: idTokenKey.keyID))
        }
        return IssuedTokens(accessToken: accessToken, idToken: idToken, expiresIn: grant.lifetimes?.access ?? validity)
    }

    /// What `token` says, if it is an access token of this pool that has not expired at `now` (Unix seconds).
    ///
    /// Whether it has been revoked since is for the store to say.
    public func accessToken(_ token: String, now: Int) async -> AccessToken? {
        guard let claims = try? await accessTokens.verify(token, as: Claims.self), claims.string("iss") == issuer,
            claims.string("token_use") == "access", let expiry = claims.integer("exp"), expiry > now,
            let subject = claims.string("sub"), let clientID = claims.string("client_id"),
            let scope = claims.string("scope"), let originID = claims.string("origin_jti")
        else { return nil }
        let scopes = Set(scope.split(separator: " ").map { Scope(String($0)) })
        return AccessToken(subject: subject, clientID: clientID, scopes: scopes, originID: originID)
    }

    /// The client an ID token of this pool was issued to, even if it has expired (RP-Initiated Logout §2).
    public func client(ofIDTokenHint token: String) async -> String? {
        guard let claims = try? await idTokens.verify(token, as: Claims.self), claims.string("iss") == issuer,
            claims.string("token_use") == "id"
        else { return nil }
        return claims.string("aud")
    }

    /// A logout token (OpenID Connect Back-Channel Logout 1.0 §2.4): tells a client that a user's session here is over.
    ///
    /// - Parameter now: Unix seconds.
    /// - Throws: when signing fails.
    public func logoutToken(subject: String, session: String, clientID: String, now: Int) async throws -> String {
        let claims = Claims([
            "iss": .string(issuer), "sub": .string(subject), "sid": .string(session), "aud": .string(clientID),
            "iat": .integer(now), "exp": .integer(now + Self.logoutTokenLife),
            "jti": .string(UUID().uuidString.lowercased()),
            "events": .object(["http://schemas.openid.net/event/backchannel-logout": .object([:])]),
        ])
        var header = JWTHeader()
        header.typ = "logout+jwt"
        return try await idTokens.sign(claims, kid: .init(string: idTokenKey.keyID), header: header)
    }

    /// The two minutes that the standard recommends at most.
    private static let logoutTokenLife = 120

    private func idClaims(_ grant: TokenGrant, now: Int, event: String) -> Claims {
        var claims = commonClaims(grant, lifetime: grant.lifetimes?.id ?? validity, now: now, event: event)
        claims.members["token_use"] = .string("id")
        claims.members["aud"] = .string(grant.clientID)
        claims.members["cognito:username"] = .string(grant.user.username.text)
        if let nonce = grant.nonce { claims.members["nonce"] = .string(nonce) }
        if let session = grant.session { claims.members["sid"] = .string(session) }
        // Numbers of Cognito's own, in AMR values of RFC 8176.
        claims.members["acr"] = .string("urn:cognito:loa:\(grant.usedMFA ? 4 : 1)")
        claims.members["amr"] = .strings(grant.usedMFA ? ["pwd", "otp", "mfa"] : ["pwd"])
        if !grant.user.roles.isEmpty { claims.members["cognito:roles"] = .strings(grant.user.roles) }
        if let role = grant.user.preferredRole { claims.members["cognito:preferred_role"] = .string(role) }
        let attributes = grant.user.attributes(for: Set(grant.scopes), readable: grant.readableAttributes)
        for (name, value) in attributes where claims.members[name] == nil {
            // Booleans here, strings in userInfo: both as Cognito has them.
            claims.members[name] = Self.booleanAttributes.contains(name) ? .boolean(value == "true") : .string(value)
        }
        return claims
    }

    private func accessClaims(_ grant: TokenGrant, now: Int, event: String) -> Claims {
        var claims = commonClaims(grant, lifetime: grant.lifetimes?.access ?? validity, now: now, event: event)
        claims.members["token_use"] = .string("access")
        claims.members["client_id"] = .string(grant.clientID)
        claims.members["username"] = .string(grant.user.username.text)
        claims.members["scope"] = .string(grant.scopes.map(\.name).joined(separator: " "))
        claims.members["version"] = .integer(2)
        return claims
    }

    private func commonClaims(_ grant: TokenGrant, lifetime: Int, now: Int, event: String) -> Claims {
        var claims = Claims([
            "iss": .string(issuer), "sub": .string(grant.user.subject), "iat": .integer(now),
            "exp": .integer(now + lifetime), "auth_time": .integer(grant.authenticatedAt),
            "jti": .string(UUID().uuidString.lowercased()), "origin_jti": .string(grant.originID),
            "event_id": .string(event),
        ])
        if !grant.user.groups.isEmpty { claims.members["cognito:groups"] = .strings(grant.user.groups) }
        return claims
    }

    /// OpenID Connect Core §3.1.3.6: the left half of the token's SHA-256.
    private static func hash(ofAccessToken token: String) -> String {
        Base64URL.encode(SHA256.hash(data: Array(token.utf8)).prefix(16))
    }

    private static func collection(of key: SigningKey) async -> JWTKeyCollection {
        await JWTKeyCollection().add(
            rsa: key.privateKey, digestAlgorithm: .sha256, kid: .init(string: key.keyID),
            serializer: DefaultJWTSerializer(jsonEncoder: TokenEncoder()))
    }

    private static let booleanAttributes: Set<String> = ["email_verified", "phone_number_verified"]
}

/// Writes a token's header and payload; the header without `typ: JWT`, which Cognito's tokens do not have.
private struct TokenEncoder: JWTJSONEncoder {
    func encode<T: Encodable>(_ value: T) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var header = value as? JWTHeader else { return try encoder.encode(value) }
        if header.typ == "JWT" { header.remove("typ") }
        return try encoder.encode(header)
    }
}
