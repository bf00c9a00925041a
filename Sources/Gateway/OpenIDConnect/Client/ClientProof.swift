import FoundationEssentials

/// What a request to the token endpoint carries so that the provider knows the client. One method per request, never two (RFC 6749 §2.3).
struct ClientProof {
    /// Added to the form.
    let parameters: [(String, String)]
    /// The value of `Authorization`, if the client proves itself there.
    let authorization: String?

    /// - Parameters:
    ///   - endpoint: where the request goes; a signed proof is good there only.
    ///   - preferred: the method for a secret whose configuration names none.
    ///   - now: seconds since 1970.
    ///   - random: 16 bytes, never used before.
    init(
        _ authentication: ClientAuthentication, clientID: String, endpoint: EndpointURL,
        preferred: ProviderMetadata.TokenAuthentication, now: Int, random: [UInt8]
    ) {
        switch authentication {
        case .secret(let secret):
            self = preferred == .basic ? Self.basic(clientID, secret) : Self.post(clientID, secret)
        case .secretBasic(let secret): self = Self.basic(clientID, secret)
        case .secretPost(let secret): self = Self.post(clientID, secret)
        case .privateKeyJWT(let key):
            let assertion = key.assertion(clientID: clientID, audience: endpoint.text, now: now, random: random)
            self.init(
                parameters: [
                    ("client_id", clientID), ("client_assertion_type", Self.assertionType),
                    ("client_assertion", assertion),
                ], authorization: nil)
        case .publicClient: self.init(parameters: [("client_id", clientID)], authorization: nil)
        }
    }

    private init(parameters: [(String, String)], authorization: String?) {
        self.parameters = parameters
        self.authorization = authorization
    }

    private static func basic(_ clientID: String, _ secret: String) -> ClientProof {
        // RFC 6749 §2.3.1: encoded before they are joined.
        let credentials = PercentEncoding.encode(clientID) + ":" + PercentEncoding.encode(secret)
        return ClientProof(parameters: [], authorization: "Basic " + Data(credentials.utf8).base64EncodedString())
    }

    private static func post(_ clientID: String, _ secret: String) -> ClientProof {
        ClientProof(parameters: [("client_id", clientID), ("client_secret", secret)], authorization: nil)
    }

    /// RFC 7523 §2.2.
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
}
