import Identity
import Pages

/// The keys with which backends verify `x-amzn-oidc-data`, at addresses of the shape that the load balancer's have: a base and the key id. Also
/// all together as a key set (RFC 7517). They are no secret; over plain HTTP they are not served, since anybody on the way could swap them.
struct PublicKeyDocuments: Sendable {
    /// What the addresses begin with.
    static let prefix = "/.gatehouse/public-keys/"
    /// Seconds for which a backend may keep what it got.
    static let lifetime = 3600

    private let documents: [String: LocalResponse]

    init(signer: IdentitySigner) {
        documents = [
            Self.prefix + signer.keyID: Self.document(signer.publicKeyPEM + "\n", type: "application/x-pem-file"),
            Self.prefix + "jwks.json": Self.document(
                "{\"keys\":[\(signer.publicKeyJWK)]}", type: "application/jwk-set+json"),
        ]
    }

    /// The document at exactly this path, if there is one.
    func response(atPath path: String) -> LocalResponse? { documents[path] }

    private static func document(_ text: String, type: String) -> LocalResponse {
        var response = LocalResponse(status: 200, body: Array(text.utf8))
        response.fields = [
            ("Content-Type", type), ("Cache-Control", "public, max-age=\(lifetime)"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return response
    }
}
