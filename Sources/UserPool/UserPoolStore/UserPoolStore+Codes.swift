public import Accounts
import Crypto
import Foundation
import GRDB

/// Who signed in for which client, as tokens are made from it.
public struct SignIn: Sendable, Equatable {
    /// Shared by all tokens that come from it: the claim `origin_jti`.
    public let id: String
    /// The user as they are now.
    public let user: User
    /// The client.
    public let clientID: String
    /// The scopes granted.
    public let scopes: [Scope]
    /// When the password was given, Unix seconds.
    public let authenticatedAt: Int
    /// The browser's session at the pool from which it comes: the claim `sid`.
    public var session: String?
    /// Whether a second factor was shown.
    public var usedMFA = false
}

/// What became of an authorization code that a client presented.
public enum CodeRedemption: Sendable, Equatable {
    /// Tokens may be issued.
    case granted(SignIn, nonce: String?, refreshToken: OpaqueToken)
    /// Unknown, expired, used before, another client's, or the verifier is wrong.
    case refused
    /// The redirect URI is not the one of the authorization request.
    case redirectMismatch
}

extension UserPoolStore {
    /// How long a code is good for, in seconds.
    public static let codeLifetime = 5 * 60

    /// Makes a code for `request` from the session of the browser that sent it.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: nil where the session has ended since it was read.
    public func makeCode(
        for request: AuthorizationRequest, in session: BrowserSession, now: Int
    ) async throws -> OpaqueToken? {
        try await database.write { database in
            guard try Self.isAlive(session, in: database) else { return nil }
            let code = OpaqueToken()
            try database.execute(
                sql: """
                    INSERT INTO authorizationCode (digest, subject, clientID, redirectURI, scopes, nonce, codeChallenge,
                        authenticatedAt, session, usedMFA, expiresAt)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    code.digest, session.user.subject, request.clientID, request.redirectURI,
                    Self.text(of: request.scopes), request.nonce, request.codeChallenge, session.authenticatedAt,
                    session.id, session.usedMFA, now + Self.codeLifetime,
                ])
            return code
        }
    }

    /// Redeems a code for the client that has proved to be `clientID`.
    ///
    /// A code works once. Presented again it revokes what it was redeemed for (RFC 6749 §4.1.2): one of the two who had it
    /// has stolen it. A wrong redirect URI or verifier uses it up; another client's attempt does not.
    /// - Parameters:
    ///   - refreshLifetime: seconds the refresh token is good for.
    ///   - now: Unix seconds.
    public func redeem(
        code: String, clientID: String, redirectURI: String, verifier: String?, refreshLifetime: Int, now: Int
    ) async throws -> CodeRedemption {
        try await database.write { database in
            let digest = OpaqueToken.digest(of: code)
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT * FROM authorizationCode WHERE digest = ?", arguments: [digest]),
                row["clientID"] as String == clientID
            else { return .refused }
            guard row["usedAt"] as Int? == nil else {
                if let signInID = row["signInID"] as String? {
                    try Self.revoke(signIn: signInID, in: database, now: now)
                }
                return .refused
            }
            try database.execute(
                sql: "UPDATE authorizationCode SET usedAt = ? WHERE digest = ?", arguments: [now, digest])
            guard row["expiresAt"] as Int > now else { return .refused }
            guard row["redirectURI"] as String == redirectURI else { return .redirectMismatch }
            guard Self.isProof(verifier, of: row["codeChallenge"]) else { return .refused }
            guard let user = try UserRow.fetch(database, subject: row["subject"])?.user, user.isEnabled else {
                return .refused
            }
            let signIn = SignIn(
                id: UUID().uuidString.lowercased(), user: user, clientID: clientID, scopes: Self.scopes(row["scopes"]),
                authenticatedAt: row["authenticatedAt"], session: row["session"], usedMFA: row["usedMFA"])
            let refreshToken = OpaqueToken()
            try Self.insert(signIn, expiresAt: now + refreshLifetime, in: database)
            try Self.insert(refreshToken, of: signIn, expiresAt: now + refreshLifetime, in: database)
            try database.execute(
                sql: "UPDATE authorizationCode SET signInID = ? WHERE digest = ?", arguments: [signIn.id, digest])
            return .granted(signIn, nonce: row["nonce"], refreshToken: refreshToken)
        }
    }

    /// A sign-in without a code or a refresh token, for the implicit grant, from a browser's session.
    ///
    /// - Parameters:
    ///   - lifetime: seconds its tokens are good for.
    ///   - now: Unix seconds.
    /// - Returns: nil where the session has ended since it was read.
    public func beginSignIn(
        for request: AuthorizationRequest, in session: BrowserSession, lifetime: Int, now: Int
    ) async throws -> SignIn? {
        let signIn = SignIn(
            id: UUID().uuidString.lowercased(), user: session.user, clientID: request.clientID, scopes: request.scopes,
            authenticatedAt: session.authenticatedAt, session: session.id, usedMFA: session.usedMFA)
        return try await database.write { database in
            guard try Self.isAlive(session, in: database) else { return nil }
            try Self.insert(signIn, expiresAt: now + lifetime, in: database)
            return signIn
        }
    }

    /// A sign-in without a browser or a code.
    static func insertSignIn(
        of user: User, clientID: String, scopes: [Scope], authenticatedAt: Int, usedMFA: Bool, refreshLifetime: Int,
        in database: Database, now: Int
    ) throws -> (SignIn, OpaqueToken) {
        let signIn = SignIn(
            id: UUID().uuidString.lowercased(), user: user, clientID: clientID, scopes: scopes,
            authenticatedAt: authenticatedAt, session: nil, usedMFA: usedMFA)
        let token = OpaqueToken()
        try insert(signIn, expiresAt: now + refreshLifetime, in: database)
        try insert(token, of: signIn, expiresAt: now + refreshLifetime, in: database)
        return (signIn, token)
    }

    private static func insert(_ signIn: SignIn, expiresAt: Int, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO signIn (id, subject, clientID, scopes, authenticatedAt, session, usedMFA, expiresAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                signIn.id, signIn.user.subject, signIn.clientID, text(of: signIn.scopes), signIn.authenticatedAt,
                signIn.session, signIn.usedMFA, expiresAt,
            ])
    }

    private static func insert(
        _ refreshToken: OpaqueToken, of signIn: SignIn, expiresAt: Int, in database: Database
    ) throws {
        try database.execute(
            sql: "INSERT INTO refreshToken (digest, signInID, expiresAt) VALUES (?, ?, ?)",
            arguments: [refreshToken.digest, signIn.id, expiresAt])
    }

    /// RFC 7636 §4.6. A verifier without a challenge is refused too: somebody took the challenge out on the way.
    private static func isProof(_ verifier: String?, of challenge: String?) -> Bool {
        guard let challenge else { return verifier == nil }
        guard let verifier else { return false }
        var text = Data(SHA256.hash(data: Array(verifier.utf8))).base64EncodedString()
        while text.hasSuffix("=") { text.removeLast() }
        return text.replacing("+", with: "-").replacing("/", with: "_") == challenge
    }

    static func text(of scopes: [Scope]) -> String {
        scopes.map(\.name).joined(separator: " ")
    }

    static func scopes(_ text: String) -> [Scope] {
        text.split(separator: " ").map { Scope(String($0)) }
    }
}
