import Identity
import Logging

/// What the provider tells the relying party of sign-outs.
extension RelyingParty {
    /// The issuer that a logout token claims to be from; nil if it is no token. Nothing of it has been verified.
    public static func claimedIssuer(ofLogoutToken text: String) -> String? {
        (try? SignedToken(text))?.claimedIssuer
    }

    /// Verifies a logout token (Back-Channel Logout 1.0 §2.6) of this provider for this client. Whether it was used before is
    /// ``LogoutTokenReplays``' to say.
    /// - Parameter now: seconds since 1970.
    public func logoutToken(_ text: String, now: Int) async throws(LogoutTokenProblem) -> LogoutToken {
        let token: SignedToken
        do {
            token = try SignedToken(text)
        } catch {
            throw LogoutTokenProblem(error)
        }
        // Other kinds of token say what they are (RFC 8725 §3.11).
        guard [nil, "jwt", "logout+jwt"].contains(token.type) else { throw .type }
        let keySet: KeySet
        do {
            let provider = try await metadata.get(now: now)
            keySet = try await keys.get(provider.jwksURI, id: token.keyID, algorithm: token.algorithm, now: now)
        } catch {
            logger.warning("A logout token cannot be verified", metadata: ["reason": "\(error.detail)"])
            throw .unavailable
        }
        let claims: [String: JSONValue]
        do {
            claims = try token.claims(signedBy: keySet)
        } catch {
            throw LogoutTokenProblem(error)
        }
        return try LogoutToken(claims, issuer: configuration.issuer, clientID: configuration.clientID, now: now)
    }

    /// Where a page may stand that has this provider's front-channel calls in frames: the origins of its issuer and of the pages that browsers
    /// are sent to.
    public func pageOrigins(now: Int) async -> [String] {
        let provider = try? await metadata.get(now: now)
        let pages = [
            EndpointURL(configuration.issuer), provider?.authorizationEndpoint, provider?.endSessionEndpoint,
        ]
        var origins: [String] = []
        for origin in pages.compactMap({ $0?.origin }) where !origins.contains(origin) {
            // They become part of a header's value; no name of a host has anything else.
            if origin.utf8.allSatisfy({ Self.originBytes.contains($0) }) { origins.append(origin) }
        }
        return origins
    }

    private static let originBytes = Array("abcdefghijklmnopqrstuvwxyz0123456789.-:/[]".utf8)
}

extension LogoutTokenProblem {
    /// The same fault of a token.
    init(_ problem: IDTokenProblem) {
        self =
            switch problem {
            case .algorithm: .algorithm
            case .foreignKey: .foreignKey
            case .unknownKey: .unknownKey
            case .signature: .signature
            default: .malformed
            }
    }
}
