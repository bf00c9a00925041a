import Crypto
import FoundationEssentials

/// Makes the value of `x-amzn-oidc-data`: an ES256 JWS in the load balancer's dialect.
///
/// The three parts keep their base64 padding and the signature covers the padded text; the header names the key, the gateway
/// (`signer`), the issuer, the client and the expiry.
public struct IdentitySigner: Sendable {
    /// Names the public key: a UUID (RFC 9562, version 8) made from the SHA-256 of the key, so that the same key has the same id everywhere.
    public let keyID: String

    /// The public key (SubjectPublicKeyInfo) as PEM, for `identity-keys/<keyID>.pem`.
    public let publicKeyPEM: String

    private let key: P256.Signing.PrivateKey
    private let headerStart: String

    /// Takes the gateway's signing key.
    /// - Parameters:
    ///   - privateKeyPEM: a P-256 private key, PKCS#8.
    ///   - signer: the gateway's name in ARN form; backends compare it exactly.
    /// - Throws: ``IdentityError/unusablePrivateKey``.
    public init(privateKeyPEM: String, signer: String) throws(IdentityError) {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: privateKeyPEM) else {
            throw .unusablePrivateKey
        }
        self.key = key
        self.keyID = Self.keyID(of: key.publicKey)
        self.publicKeyPEM = key.publicKey.pemRepresentation
        self.headerStart = #"{"typ":"JWT","alg":"ES256","kid":"\#(keyID)","signer":\#(Self.quoted(signer)),"iss":"#
    }

    /// Signs claims that were prepared before; the way for every request.
    /// - Parameters:
    ///   - claims: the user's claims.
    ///   - issuer: the provider, written as `iss` into header and payload.
    ///   - client: the client id at that provider.
    ///   - expiry: seconds since 1970.
    /// - Returns: three padded base64url parts, joined by dots: printable ASCII, safe in a header.
    public func sign(_ claims: IdentityClaims, issuer: String, client: String, expiry: Int) -> String {
        let issuer = Self.quoted(issuer)
        let header = "\(headerStart)\(issuer),\"client\":\(Self.quoted(client)),\"exp\":\(expiry)}"
        // The object is never empty, for it holds `sub`: the two members of ours go before its closing brace.
        var payload = claims.json.dropLast()
        payload.append(contentsOf: ",\"exp\":\(expiry),\"iss\":\(issuer)}".utf8)
        var token = Base64URL.encode(header.utf8, padded: true) + "." + Base64URL.encode(payload, padded: true)
        guard let signature = try? key.signature(for: Data(token.utf8)) else {
            preconditionFailure("signing with a valid P-256 key does not fail")
        }
        token += "." + Base64URL.encode(signature.rawRepresentation, padded: true)
        return token
    }

    /// Checks and signs claims in one step.
    /// - Parameter claims: a JSON object with a non-empty `sub`; its `iss` and `exp` are replaced.
    /// - Throws: ``IdentityError/malformedClaims`` or ``IdentityError/missingSubject``.
    public func sign(claims: [UInt8], issuer: String, client: String, expiry: Int) throws(IdentityError) -> String {
        sign(try IdentityClaims(json: claims), issuer: issuer, client: client, expiry: expiry)
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
