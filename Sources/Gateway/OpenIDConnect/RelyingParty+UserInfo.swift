import Identity

extension RelyingParty {
    /// Claims of an ID token that are about the token, and never about its user.
    public static let protocolClaims: Set<String> = [
        "iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "s_hash", "jti", "sid", "token_use",
    ]

    /// The user's claims from the user-info endpoint; the ID token's where the provider has none.
    func userClaims(
        accessToken: String, idClaims: [String: JSONValue], provider: ProviderMetadata, now: Int
    ) async throws(SignInError) -> IdentityClaims {
        do throws(UserInfo.Problem) {
            guard let endpoint = provider.userInfoEndpoint else {
                return try UserInfo.claims(idToken: idClaims, accessToken: accessToken)
            }
            let claims = try await userInfo(
                at: endpoint, accessToken: accessToken, subject: idClaims["sub"]?.string ?? "", provider: provider,
                now: now)
            return try UserInfo.adding(
                configuration.idTokenClaims, of: idClaims, to: claims, accessToken: accessToken)
        } catch {
            switch error {
            case .failed(let error): throw error
            case .tooLarge: throw SignInError(.userInfoTooLarge, "claims and access token exceed 11 KB")
            case .otherSubject:
                throw SignInError(
                    .invalidUserInfoResponse, "the user-info response is about another subject than the ID token")
            case .malformed:
                throw SignInError(
                    .invalidUserInfoResponse, "the user-info response is not a JSON object with a sub")
            }
        }
    }

    /// The claims that the user-info endpoint states.
    func userInfo(
        at endpoint: EndpointURL, accessToken: String, subject: String, provider: ProviderMetadata, now: Int
    ) async throws(UserInfo.Problem) -> IdentityClaims {
        let response = try await fetchUserInfo(endpoint, accessToken: accessToken)
        guard response.mediaType == "application/jwt" else {
            return try UserInfo.claims(json: response.body, subject: subject, accessToken: accessToken)
        }
        let signed = try await verifiedUserInfo(response.body, provider: provider, now: now)
        return try UserInfo.claims(signed: signed, subject: subject, accessToken: accessToken)
    }

    /// A signed answer (OpenID Connect Core §5.3.2): by one of the provider's keys, of this issuer, for this client, and still good.
    private func verifiedUserInfo(
        _ body: [UInt8], provider: ProviderMetadata, now: Int
    ) async throws(UserInfo.Problem) -> UserInfo.Signed {
        do {
            let token = try SignedToken(String(decoding: body, as: UTF8.self))
            let keySet = try await keys.get(provider.jwksURI, id: token.keyID, algorithm: token.algorithm, now: now)
            let payload = try token.payload(signedBy: keySet)
            guard let members = JSONValue(json: payload)?.object else { throw UserInfo.Problem.malformed }
            try IDTokenRules.checkSignedUserInfo(
                members, issuer: configuration.issuer, clientID: configuration.clientID, now: now)
            return UserInfo.Signed(members: members, length: payload.count)
        } catch let problem as UserInfo.Problem {
            throw problem
        } catch let error as SignInError {
            throw .failed(error)
        } catch {
            // The case's name: its sentence is about ID tokens.
            throw .failed(SignInError(.invalidUserInfoResponse, "the signed user-info response is refused: \(error)"))
        }
    }

    private func fetchUserInfo(
        _ endpoint: EndpointURL, accessToken: String
    ) async throws(UserInfo.Problem) -> ProviderClient.Response {
        let response: ProviderClient.Response
        do {
            response = try await client.get(
                endpoint, bearer: accessToken, accept: "application/json, application/jwt", limit: Self.maximumBody)
        } catch {
            switch error {
            case .timedOut, .unreachable:
                throw .failed(SignInError(.userInfoEndpointTimeout, "the user-info endpoint \(error.text)"))
            case .tooLarge:
                throw .failed(SignInError(.userInfoTooLarge, "the user-info endpoint \(error.text)"))
            }
        }
        guard response.isSuccess else {
            throw .failed(
                SignInError(.userInfoEndpointFailed, "the user-info endpoint answered \(response.status)"))
        }
        return response
    }
}
