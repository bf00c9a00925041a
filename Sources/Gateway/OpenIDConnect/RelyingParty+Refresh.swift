public import Identity

extension RelyingParty {
    /// Asks for new tokens with a refresh token (RFC 6749 §6, OpenID Connect Core §12), and for the claims of now.
    ///
    /// What comes is verified as at a sign-in: signature, issuer, audience and times of an ID token, if there is one, and that everything is
    /// about the same user. Nothing of an answer that is not beyond doubt is used.
    /// - Parameters:
    ///   - refreshToken: of the session.
    ///   - subject: the session's user.
    ///   - now: seconds since 1970.
    public func refresh(_ refreshToken: String, subject: String, now: Int) async -> RefreshOutcome {
        do throws(SignInError) {
            let provider = try await metadata.get(now: now)
            let tokens: TokenResponse
            switch try await redeem(refreshToken, provider: provider, now: now) {
            case .tokens(let received): tokens = received
            case .refused: return .refused
            }
            var idClaims: [String: JSONValue]?
            if !tokens.idToken.isEmpty {
                let claims = try await verify(tokens, nonce: nil, provider: provider, now: now, isRefreshed: true)
                guard claims["sub"]?.isText(subject) == true else { return .subjectChanged }
                idClaims = claims
            }
            var renewed = RenewedTokens(
                accessToken: tokens.accessToken, accessTokenExpiry: tokens.expiresIn.map { now + $0 },
                idToken: tokens.idToken.isEmpty ? nil : tokens.idToken, refreshToken: tokens.refreshToken)
            do throws(UserInfo.Problem) {
                renewed.claims = try await claims(
                    of: tokens, subject: subject, idClaims: idClaims, provider: provider, now: now)
            } catch {
                if error == .otherSubject { return .subjectChanged }
                // The tokens are good, and the old ones possibly spent.
                renewed.claimsProblem = Self.text(error)
            }
            return .renewed(renewed)
        } catch {
            return .failed(error.detail)
        }
    }

    private enum Redemption {
        case tokens(TokenResponse)
        case refused
    }

    private func redeem(
        _ refreshToken: String, provider: ProviderMetadata, now: Int
    ) async throws(SignInError) -> Redemption {
        let request = TokenRequest(refreshToken: refreshToken, proof: proof(at: provider, now: now))
        let response: ProviderClient.Response
        do {
            response = try await client.post(
                provider.tokenEndpoint, form: request.body, authorization: request.authorization,
                limit: Self.maximumBody)
        } catch {
            throw SignInError(.tokenEndpointTimeout, "the token endpoint \(error.text)")
        }
        guard response.isSuccess else {
            // Only this says that the grant is over; any other error may be the client's, or pass.
            if response.status == 400 || response.status == 401, TokenResponse.isInvalidGrant(response.body) {
                return .refused
            }
            // Glewlwyd says no and nothing else, where RFC 6749 §5.2 wants the reason: whatever else could be wrong has a name.
            if response.status == 400, response.body.isEmpty { return .refused }
            throw SignInError(.tokenEndpointFailed, "the token endpoint answered \(response.status)")
        }
        do {
            return .tokens(try TokenResponse(json: response.body, isRefresh: true))
        } catch {
            throw SignInError(.invalidTokenResponse, "the token response is malformed")
        }
    }

    /// The claims of now; nil where the provider states none: those of the sign-in go on.
    private func claims(
        of tokens: TokenResponse, subject: String, idClaims: [String: JSONValue]?, provider: ProviderMetadata, now: Int
    ) async throws(UserInfo.Problem) -> IdentityClaims? {
        if let endpoint = provider.userInfoEndpoint {
            let claims = try await userInfo(
                at: endpoint, accessToken: tokens.accessToken, subject: subject, provider: provider, now: now)
            let names = configuration.idTokenClaims
            guard !names.isEmpty else { return claims }
            // Without a new ID token nobody states these claims anew.
            guard let idClaims else { return nil }
            return try UserInfo.adding(names, of: idClaims, to: claims, accessToken: tokens.accessToken)
        }
        guard let idClaims else { return nil }
        return try UserInfo.claims(idToken: idClaims, accessToken: tokens.accessToken)
    }

    private static func text(_ problem: UserInfo.Problem) -> String {
        switch problem {
        case .failed(let error): error.detail
        case .tooLarge: "claims and access token exceed 11 KB"
        case .malformed, .otherSubject: "the user-info response is not a JSON object with a sub"
        }
    }
}

/// What came of a refresh.
public enum RefreshOutcome: Sendable {
    /// New tokens.
    case renewed(RenewedTokens)
    /// The provider does not honour the refresh token any more: the user signed out there, or was signed out.
    case refused
    /// The answer is about somebody else.
    case subjectChanged
    /// Nothing came of it, and another try may succeed; a sentence for the operator.
    case failed(String)
}

/// The tokens of a refresh, verified.
public struct RenewedTokens: Sendable {
    /// Printable ASCII.
    public let accessToken: String
    /// When the access token ends, in seconds since 1970, if the provider says.
    public let accessTokenExpiry: Int?
    /// Verified; nil if the provider gave none.
    public let idToken: String?
    /// The one to use from here on; nil: the old one.
    public let refreshToken: String?
    /// The user's claims; nil: those of before go on.
    public internal(set) var claims: IdentityClaims?
    /// Why there are no claims although there should be; a sentence for the operator.
    public internal(set) var claimsProblem: String?
}

extension RenewedTokens: CustomStringConvertible, CustomReflectable {
    /// No token.
    public var description: String { "renewed tokens" }

    /// Empty, so that no dump prints a token.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
