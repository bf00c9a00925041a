import Identity

extension RelyingParty {
    /// From a state that is ours to a user who is known. Everything the browser brought is checked before the code is spent.
    func complete(
        _ callback: SignInCallback, nonceCookie: String?, now: Int
    ) async throws(SignInError) -> CompletedSignIn {
        let state = callback.state
        guard let nonceCookie, !nonceCookie.isEmpty else {
            throw SignInError(.missingNonceCookie, "the nonce cookie did not come back")
        }
        guard var browser = BrowserBinding(cookie: nonceCookie, seal: seal),
            ConstantTime.areEqual(browser.hash, state.cookieHash)
        else {
            throw SignInError(.invalidNonceCookie, "the nonce cookie belongs to another sign-in")
        }
        guard state.isTimely(at: now) else {
            throw SignInError(.invalidState, "the sign-in took longer than 15 minutes", text: .tooLate, isStale: true)
        }
        let provider = try await metadata.get(now: now)
        let isIssuerRight =
            callback.issuer.map { $0.utf8.elementsEqual(configuration.issuer.utf8) } ?? !provider.sendsIssuer
        guard isIssuerRight else { throw SignInError(.invalidState, "the answer is another provider's (RFC 9207)") }
        let code: String
        switch callback.answer {
        case .code(let received): code = received
        case .error(.accessDenied):
            throw SignInError(.missingCode, "the provider denied access", text: .denied)
        case .error(.unavailable):
            throw SignInError(.missingCode, "the provider says it is unavailable", status: 561, text: .unavailable)
        case .error(.other):
            throw SignInError(
                .missingCode, "the provider reports an error", status: 561, text: SignInText(.tokenEndpointFailed))
        }
        guard spent.spend(callback.id, now: now) else {
            throw SignInError(.invalidGrant, "the callback came before")
        }
        let tokens = try await redeem(code, callback: callback, provider: provider, now: now)
        let idClaims = try await verify(tokens, nonce: state.nonce, provider: provider, now: now)
        if let missing = state.demand.failure(in: idClaims, now: now) {
            throw SignInError(
                .invalidIDToken, "the provider did not sign the user in as was asked for: \(missing.detail)",
                status: 403, text: .tooWeak)
        }
        let claims = try await userClaims(
            accessToken: tokens.accessToken, idClaims: idClaims, provider: provider, now: now)
        browser.recent = .adding(to: browser.recent, at: id, now: now)
        return CompletedSignIn(
            claims: claims, accessToken: tokens.accessToken, accessTokenExpiry: tokens.expiresIn.map { now + $0 },
            idToken: tokens.idToken,
            providerSession: idClaims["sid"]?.string.flatMap { ProviderSession.isValid($0) ? $0 : nil },
            refreshToken: tokens.refreshToken, originalTarget: state.target.text, baggage: state.baggage,
            nonceCookie: configuration.heals ? browser.cookie(seal: seal) : nil)
    }

    private func redeem(
        _ code: String, callback: SignInCallback, provider: ProviderMetadata, now: Int
    ) async throws(SignInError) -> TokenResponse {
        let request = TokenRequest(
            code: code, redirectURI: callback.origin.redirectURI, verifier: callback.state.verifier,
            proof: proof(at: provider, now: now))
        let response: ProviderClient.Response
        do {
            response = try await client.post(
                provider.tokenEndpoint, form: request.body, authorization: request.authorization,
                limit: Self.maximumBody)
        } catch {
            switch error {
            case .timedOut, .unreachable:
                throw SignInError(.tokenEndpointTimeout, "the token endpoint \(error.text)")
            case .tooLarge: throw SignInError(.invalidTokenResponse, "the token endpoint \(error.text)")
            }
        }
        guard response.isSuccess else {
            if response.status == 400, TokenResponse.isInvalidGrant(response.body) {
                throw SignInError(.invalidGrant, "the token endpoint refused the code")
            }
            throw SignInError(
                .tokenEndpointFailed,
                "the token endpoint answered \(response.status); a wrong client secret or redirect URI does that")
        }
        do {
            return try TokenResponse(json: response.body)
        } catch {
            switch error {
            case .malformed: throw SignInError(.invalidTokenResponse, "the token response is malformed")
            case .noIDToken: throw SignInError(.invalidIDToken, IDTokenProblem.missing.rawValue)
            }
        }
    }

    /// The client's proof for one request to the token endpoint.
    func proof(at provider: ProviderMetadata, now: Int) -> ClientProof {
        ClientProof(
            configuration.authentication, clientID: configuration.clientID, endpoint: provider.tokenEndpoint,
            preferred: provider.tokenAuthentication, now: now, random: .random(16))
    }

    /// The claims of the ID token, signature and rules checked.
    func verify(
        _ tokens: TokenResponse, nonce: String?, provider: ProviderMetadata, now: Int, isRefreshed: Bool = false
    ) async throws(SignInError) -> [String: JSONValue] {
        let token: SignedToken
        do {
            token = try SignedToken(tokens.idToken)
        } catch {
            throw SignInError(.invalidIDToken, error.rawValue)
        }
        let keySet = try await keys.get(provider.jwksURI, id: token.keyID, algorithm: token.algorithm, now: now)
        let rules = IDTokenRules(
            issuer: configuration.issuer, clientID: configuration.clientID, nonce: nonce,
            accessToken: tokens.accessToken, now: now, isRefreshed: isRefreshed)
        do {
            let claims = try token.claims(signedBy: keySet)
            _ = try rules.check(claims)
            return claims
        } catch {
            throw SignInError(.invalidIDToken, error.rawValue)
        }
    }

    /// The most that is read of any answer, in bytes.
    static let maximumBody = 1 << 20
}
