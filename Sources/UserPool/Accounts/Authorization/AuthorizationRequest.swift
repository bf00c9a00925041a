/// A valid request for a code (RFC 6749 §4.1.1 with the rules of Cognito's `/oauth2/authorize`).
public struct AuthorizationRequest: Sendable, Equatable {
    /// The client that asks.
    public let clientID: String
    /// Where the code goes; one of the client's callback URLs.
    public let redirectURI: String
    /// The scopes granted, in the order asked for.
    public let scopes: [Scope]
    /// Given back unchanged.
    public let state: String?
    /// Goes into the ID token.
    public let nonce: String?
    /// The S256 challenge, 43 characters of base64url, if the client uses PKCE.
    public let codeChallenge: String?
    /// Whether a signed-in user must sign in again.
    public let wantsNewSignIn: Bool
    /// Whether no page may be shown.
    public let forbidsPages: Bool
    /// A username to fill in.
    public let loginHint: String?
    /// What people call the client.
    public let clientName: String
    /// What the client is given.
    public let responseType: ResponseType
    /// The most seconds since the password was given; nil: any.
    public let maximumAge: Int?

    /// What a client is given.
    public enum ResponseType: String, Sendable {
        /// A code.
        case code
        /// Tokens.
        case token
    }

    /// Whether a password given at `authenticatedAt` will do at `now` (Unix seconds).
    public func isRecentEnough(authenticatedAt: Int, now: Int) -> Bool {
        maximumAge.map { now - authenticatedAt <= $0 } ?? true
    }

    /// Reads `parameters` for one of `clients`.
    ///
    /// - Throws: where and how the request is refused.
    public init(_ parameters: FormParameters, clients: [AppClient]) throws(AuthorizationRefusal) {
        guard let clientID = parameters.unique("client_id"), !clientID.isEmpty else { throw .page(.missingClient) }
        guard let client = clients.first(where: { $0.id == clientID }) else { throw .page(.unknownClient) }
        guard let redirectURI = parameters.unique("redirect_uri"), client.callbackURLs.contains(redirectURI) else {
            throw .page(.unregisteredRedirect)
        }
        self.clientID = clientID
        self.redirectURI = redirectURI
        // A state sent twice cannot be trusted to be either.
        state = parameters.unique("state")
        func refusal(_ error: AuthorizationError, _ description: String? = nil) -> AuthorizationRefusal {
            .redirect(
                .init(
                    redirectURI: redirectURI, error: error, description: description, state: parameters.unique("state"))
            )
        }
        if let repeated = parameters.repeatedName {
            throw refusal(.invalidRequest, "\(Self.printable(repeated)) is given more than once")
        }
        clientName = client.name
        switch parameters["response_type"] {
        case "code":
            guard client.grants.contains(.code) else {
                throw refusal(.unauthorizedClient, "this client may not use the code flow")
            }
            responseType = .code
        case "token":
            guard client.grants.contains(.implicit) else {
                throw refusal(.unauthorizedClient, "this client may not use the implicit flow")
            }
            responseType = .token
        case nil, "": throw refusal(.invalidRequest, "response_type is missing")
        default: throw refusal(.invalidRequest, "response_type must be code or token")
        }
        guard let scopes = Self.scopes(in: parameters["scope"], of: client) else {
            // The documentation promises error=invalid_scope; the service sends this.
            throw refusal(.invalidRequest, "invalid_scope")
        }
        self.scopes = scopes
        switch (parameters["code_challenge"], parameters["code_challenge_method"]) {
        case (nil, nil): codeChallenge = nil
        case (let challenge?, "S256") where Self.isChallenge(challenge): codeChallenge = challenge
        case (.some, "S256"): throw refusal(.invalidRequest, "code_challenge must be 43 characters of base64url")
        case (nil, .some): throw refusal(.invalidRequest, "code_challenge is missing")
        case (.some, _): throw refusal(.invalidRequest, "code_challenge_method must be S256")
        }
        nonce = parameters["nonce"]
        loginHint = parameters["login_hint"]
        maximumAge = parameters["max_age"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
        let prompts = Set((parameters["prompt"] ?? "").split(separator: " "))
        guard !prompts.contains("none") || prompts.count == 1 else {
            throw refusal(.invalidRequest, "prompt none cannot be combined")
        }
        wantsNewSignIn = prompts.contains("login")
        forbidsPages = prompts.contains("none")
    }

    /// The scopes of a `scope` parameter; nil where one is unknown or `openid` is missing beside those that need it.
    private static func scopes(in parameter: String?, of client: AppClient) -> [Scope]? {
        guard let parameter, !parameter.allSatisfy({ $0 == " " }) else { return client.scopes }
        var scopes: [Scope] = []
        for name in parameter.split(separator: " ") {
            let scope = Scope(String(name))
            guard client.scopes.contains(scope) else { return nil }
            if !scopes.contains(scope) { scopes.append(scope) }
        }
        let needOpenID: Set<Scope> = [.email, .phone, .profile]
        return scopes.contains(.openid) || needOpenID.isDisjoint(with: scopes) ? scopes : nil
    }

    private static func isChallenge(_ text: String) -> Bool {
        text.utf8.count == 43 && text.utf8.allSatisfy(isBase64URL)
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// RFC 6749 §4.1.2.1 allows printable ASCII without quote and backslash in a description.
    private static func printable(_ name: String) -> String {
        let short = name.unicodeScalars.prefix(40)
        guard short.allSatisfy({ (" "..."~").contains($0) && $0 != "\"" && $0 != "\\" }) else { return "a parameter" }
        return String(String.UnicodeScalarView(short))
    }
}
