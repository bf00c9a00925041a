import Crypto
import FoundationEssentials

/// Makes the value of `x-amzn-oidc-data`: an ES256 JWS in the load balancer's dialect.
///
/// The three parts keep their base64 padding, unless it is left out as RFC 7515 wants, and the signature covers the text as it is sent; the
/// header names the key, the gateway (`signer`), the issuer, the client and the expiry. What the load balancer leaves out, the payload says:
/// `aud`, which is the client, and `iat`.
public struct IdentitySigner: Sendable {
    /// Names the public key: a UUID (RFC 9562, version 8) made from the SHA-256 of the key, so that the same key has the same id everywhere.
    public let keyID: String

    /// The public key (SubjectPublicKeyInfo) as PEM, for `identity-keys/<keyID>.pem`.
    public let publicKeyPEM: String

    /// The public key as a JSON Web Key (RFC 7517), for a key set.
    public let publicKeyJWK: String

    private let padded: Bool
    private let key: P256.Signing.PrivateKey
    private let headerStart: String

    /// Takes the gateway's signing key.
    /// - Parameters:
    ///   - privateKeyPEM: a P-256 private key, PKCS#8.
    ///   - signer: the gateway's name in ARN form; backends compare it exactly.
    ///   - padded: whether the parts of a token keep their padding, as the load balancer's do.
    /// - Throws: ``IdentityError/unusablePrivateKey``.
    public init(privateKeyPEM: String, signer: String, padded: Bool = true) throws(IdentityError) {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: privateKeyPEM) else {
            throw .unusablePrivateKey
        }
        self.key = key
        self.padded = padded
        self.keyID = Self.keyID(of: key.publicKey)
        self.publicKeyPEM = key.publicKey.pemRepresentation
        let point = Array(key.publicKey.rawRepresentation)
        publicKeyJWK =
            #"{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"\#(keyID)","#
            + #""x":"\#(Base64URL.encode(point[..<32]))","y":"\#(Base64URL.encode(point[32...]))"}"#
        self.headerStart = #"{"typ":"JWT","alg":"ES256","kid":"\#(keyID)","signer":\#(Self.quoted(signer)),"iss":"#
    }

    /// Signs claims that were prepared before; the way for every request.
    /// - Parameters:
    ///   - claims: the user's claims.
    ///   - issuer: the provider, written as `iss` into header and payload.
    ///   - client: the client id at that provider.
    ///   - expiry: seconds since 1970.
    ///   - issuedAt: `iat`, in seconds since 1970; nil leaves it out, as the load balancer does.
    /// - Returns: three base64url parts, joined by dots: printable ASCII, safe in a header.
    public func sign(
        _ claims: IdentityClaims, issuer: String, client: String, expiry: Int, issuedAt: Int? = nil
    ) -> String {
        let (issuer, client) = (Self.quoted(issuer), Self.quoted(client))
        let header = "\(headerStart)\(issuer),\"client\":\(client),\"exp\":\(expiry)}"
        // The object is never empty, for it holds `sub`: the members of ours go before its closing brace.
        var payload = claims.json.dropLast()
        let issuing = issuedAt.map { ",\"iat\":\($0)" } ?? ""
        payload.append(contentsOf: ",\"aud\":\(client)\(issuing),\"exp\":\(expiry),\"iss\":\(issuer)}".utf8)
        var token = Base64URL.encode(header.utf8, padded: padded) + "." + Base64URL.encode(payload, padded: padded)
        guard let signature = try? key.signature(for: Data(token.utf8)) else {
            preconditionFailure("signing with a valid P-256 key does not fail")
        }
        token += "." + Base64URL.encode(signature.rawRepresentation, padded: padded)
        return token
    }

    /// Checks and signs claims in one step.
    /// - Parameter claims: a JSON object with a non-empty `sub`; its `iss`, `aud`, `iat` and `exp` are replaced.
    /// - Throws: ``IdentityError/malformedClaims`` or ``IdentityError/missingSubject``.
    public func sign(
        claims: [UInt8], issuer: String, client: String, expiry: Int, issuedAt: Int? = nil
    ) throws(IdentityError) -> String {
        sign(
            try IdentityClaims(json: claims), issuer: issuer, client: client, expiry: expiry, issuedAt: issuedAt)
    }

    /// A fresh private key as PEM (PKCS#8), for the first start.
    public static func makePrivateKeyPEM() -> String {
        P256.Signing.PrivateKey().pemRepresentation
    }

    private static func keyID(of key: P256.Signing.PublicKey) -> String {
        var bytes = Array(SHA256.hash(data: key.x963Representation).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80  // version 8: content of our own choice
        bytes[8] = bytes[8] & 0x3F | 0x80  // the RFC 9562 variant
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }
        return text
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(text).json, as: UTF8.self)
    }
}
