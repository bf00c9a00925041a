import Identity

/// The claims for backends: from the user-info endpoint (OpenID Connect Core §5.3), as the load balancer takes them.
enum UserInfo {
    /// Claims and access token together, in bytes: the load balancer's 11 KB.
    static let maximumLength = 11 * 1024

    /// Why an answer is unusable.
    enum Problem: Error, Equatable {
        case malformed
        case otherSubject
        case tooLarge
        /// It could not be had, or not be verified.
        case failed(SignInError)
    }

    /// The members of a signed answer, verified.
    struct Signed {
        let members: [String: JSONValue]
        /// Bytes of the JSON that was signed.
        let length: Int
    }

    /// - Parameters:
    ///   - json: the endpoint's answer.
    ///   - subject: the ID token's `sub`, which must be the same (§5.3.2).
    static func claims(json: [UInt8], subject: String, accessToken: String) throws(Problem) -> IdentityClaims {
        guard json.count + accessToken.utf8.count <= maximumLength else { throw .tooLarge }
        guard let claims = try? IdentityClaims(json: json) else { throw .malformed }
        guard claims.subject.utf8.elementsEqual(subject.utf8) else { throw .otherSubject }
        return claims
    }

    /// The claims of a signed answer, without those that are about the token.
    static func claims(signed: Signed, subject: String, accessToken: String) throws(Problem) -> IdentityClaims {
        guard signed.length + accessToken.utf8.count <= maximumLength else { throw .tooLarge }
        guard let claims = try? IdentityClaims(signed.members.filter({ !protocolClaims.contains($0.key) })) else {
            throw .malformed
        }
        guard claims.subject.utf8.elementsEqual(subject.utf8) else { throw .otherSubject }
        return claims
    }

    /// The claims of a provider that has no such endpoint: the ID token's, without those that are about the token.
    static func claims(idToken: [String: JSONValue], accessToken: String) throws(Problem) -> IdentityClaims {
        let members = idToken.filter { !protocolClaims.contains($0.key) }
        guard let claims = try? IdentityClaims(members) else { throw .malformed }
        guard claims.json.count + accessToken.utf8.count <= maximumLength else { throw .tooLarge }
        return claims
    }

    /// User info with what it lacks of the ID token's claims `names`.
    static func adding(
        _ names: [String], of idToken: [String: JSONValue], to claims: IdentityClaims, accessToken: String
    ) throws(Problem) -> IdentityClaims {
        let further = idToken.filter { names.contains($0.key) }
        guard !further.isEmpty, let members = JSONValue(json: claims.json)?.object else { return claims }
        guard let all = try? IdentityClaims(members.merging(further) { own, _ in own }) else { throw .malformed }
        guard all.json.count + accessToken.utf8.count <= maximumLength else { throw .tooLarge }
        return all
    }

    private static var protocolClaims: Set<String> { RelyingParty.protocolClaims }
}
