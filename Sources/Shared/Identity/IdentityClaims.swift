/// Claims about a user, checked and brought into the form they are signed in, once per sign-in.
///
/// Signing happens again and again with another expiry; parsing does not.
public struct IdentityClaims: Equatable, Sendable {
    /// `sub`: never empty.
    public let subject: String

    /// All claims but `iss`, `aud`, `iat` and `exp`, which are the signer's, as compact JSON with sorted names.
    public let json: [UInt8]

    /// Reads the claims as the provider sent them.
    /// - Parameter json: a JSON object with a non-empty string `sub`.
    /// - Throws: ``IdentityError/malformedClaims`` or ``IdentityError/missingSubject``.
    public init(json: [UInt8]) throws(IdentityError) {
        guard let members = JSONValue(json: json)?.object else { throw .malformedClaims }
        try self.init(members)
    }

    /// Takes claims that are parsed already.
    /// - Throws: ``IdentityError/missingSubject``.
    public init(_ members: [String: JSONValue]) throws(IdentityError) {
        guard let subject = members["sub"]?.string, !subject.isEmpty else { throw .missingSubject }
        var members = members
        for name in ["iss", "aud", "iat", "exp"] { members[name] = nil }
        self.subject = subject
        self.json = JSONValue.object(members).json
    }

    /// Takes claims back that went through ``init(_:)`` before and were kept as they are.
    public init(checkedSubject subject: String, checkedJSON json: [UInt8]) {
        self.subject = subject
        self.json = json
    }
}
