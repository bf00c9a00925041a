import Identity

/// A JWS in compact form (RFC 7515 §7.1), taken apart but not believed yet.
struct SignedToken {
    let algorithm: SignatureAlgorithm
    let keyID: String?
    /// `typ`, in lower case and without `application/`; nil if there is none.
    let type: String?
    private let text: [UInt8]
    private let signedLength: Int
    private let payload: ArraySlice<UInt8>
    private let signature: [UInt8]

    static let maximumLength = 32 * 1024

    init(_ token: String) throws(IDTokenProblem) {
        text = Array(token.utf8)
        guard text.count <= Self.maximumLength else { throw .tooLong }
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]).flatMap(JSONValue.init(json:))?.object,
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        guard let algorithm = header["alg"]?.string.flatMap(SignatureAlgorithm.init) else { throw .algorithm }
        guard Self.refusedMembers.allSatisfy({ header[$0] == nil }) else { throw .foreignKey }
        if let kid = header["kid"] {
            guard let kid = kid.string else { throw .malformed }
            keyID = kid
        } else {
            keyID = nil
        }
        if let typ = header["typ"] {
            guard let typ = typ.string?.lowercased() else { throw .malformed }
            type = typ.hasPrefix("application/") ? String(typ.dropFirst("application/".count)) : typ
        } else {
            type = nil
        }
        self.algorithm = algorithm
        self.signature = signature
        signedLength = parts[1].endIndex
        payload = parts[1]
    }

    /// The claims, if one of the provider's keys signed them.
    func claims(signedBy keys: KeySet) throws(IDTokenProblem) -> [String: JSONValue] {
        guard let claims = JSONValue(json: try payload(signedBy: keys))?.object else { throw .malformed }
        return claims
    }

    /// What is signed, if one of the provider's keys signed it.
    func payload(signedBy keys: KeySet) throws(IDTokenProblem) -> [UInt8] {
        guard keys.hasKey(id: keyID, algorithm: algorithm) else { throw .unknownKey }
        guard keys.verifies(signature, of: text[..<signedLength], id: keyID, algorithm: algorithm) else {
            throw .signature
        }
        guard let payload = Base64URL.decode(payload) else { throw .malformed }
        return payload
    }

    /// The issuer that the token names, unverified: good for choosing whose keys to try.
    var claimedIssuer: String? {
        Base64URL.decode(payload).flatMap(JSONValue.init(json:))?.object?["iss"]?.string
    }

    /// Header members that point to a key of the sender's choice, or change what the token is.
    private static let refusedMembers = ["crit", "jwk", "jku", "x5u", "x5c", "zip", "enc", "b64"]
}
