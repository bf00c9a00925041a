/// What a client asks of `/oauth2/token`, after its identity has been established.
public enum TokenRequest: Sendable, Equatable {
    /// RFC 6749 §4.1.3.
    case authorizationCode(code: String, redirectURI: String, verifier: String?)
    /// RFC 6749 §6.
    case refresh(token: String)

    /// Reads the body's `parameters`.
    ///
    /// - Throws: the error the client is answered.
    public init(_ parameters: FormParameters) throws(TokenRefusal) {
        if parameters.repeatedName != nil { throw .invalidRequest("a parameter is given more than once") }
        switch parameters["grant_type"] {
        case nil, "":
            throw .invalidRequest("grant_type is missing")
        case "authorization_code":
            guard let code = parameters["code"], !code.isEmpty else { throw .invalidRequest("code is missing") }
            guard let redirectURI = parameters["redirect_uri"], !redirectURI.isEmpty else {
                throw .invalidRequest("redirect_uri is missing")
            }
            if let verifier = parameters["code_verifier"], !Self.isVerifier(verifier) {
                throw .invalidRequest("code_verifier must be 43 to 128 unreserved characters")
            }
            self = .authorizationCode(code: code, redirectURI: redirectURI, verifier: parameters["code_verifier"])
        case "refresh_token":
            guard let token = parameters["refresh_token"], !token.isEmpty else {
                throw .invalidRequest("refresh_token is missing")
            }
            self = .refresh(token: token)
        case "client_credentials":
            throw .unauthorizedClient("this client may not use client_credentials")
        default:
            throw .unsupportedGrantType
        }
    }

    /// RFC 7636 §4.1.
    private static func isVerifier(_ text: String) -> Bool {
        (43...128).contains(text.utf8.count) && text.utf8.allSatisfy(FormParameters.isUnreserved)
    }
}

/// An error answer of the token and revocation endpoints; all but one have the status 400.
public enum TokenRefusal: Error, Sendable, Equatable {
    /// Something is missing or malformed.
    case invalidRequest(String)
    /// Unknown client, or a wrong or missing secret.
    case invalidClient
    /// The code, refresh token or verifier is not good.
    case invalidGrant
    /// The client may not do this.
    case unauthorizedClient(String)
    /// There is no such grant.
    case unsupportedGrantType
    /// Only refresh tokens can be revoked.
    case unsupportedTokenType

    /// The `error` member.
    public var code: String {
        switch self {
        case .invalidRequest: "invalid_request"
        case .invalidClient: "invalid_client"
        case .invalidGrant: "invalid_grant"
        case .unauthorizedClient: "unauthorized_client"
        case .unsupportedGrantType: "unsupported_grant_type"
        case .unsupportedTokenType: "unsupported_token_type"
        }
    }

    /// The `error_description` member, where there is something to add.
    public var detail: String? {
        switch self {
        case .invalidRequest(let detail), .unauthorizedClient(let detail): detail
        default: nil
        }
    }
}
