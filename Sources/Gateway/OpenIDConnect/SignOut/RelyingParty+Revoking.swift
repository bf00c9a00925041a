import Logging

/// What the relying party gives back at a sign-out (RFC 7009).
extension RelyingParty {
    /// Tells the provider that a session's tokens are no longer wanted. Does nothing where it has no such endpoint.
    ///
    /// The refresh token goes first: with it most providers end what came of it, too. Cognito takes no other (cognito.md §1.6).
    /// Nobody waits for this, so what fails is only logged.
    /// - Parameter now: seconds since 1970.
    public func revoke(refreshToken: String?, accessToken: String, now: Int) async {
        guard let provider = try? await metadata.get(now: now), let endpoint = provider.revocationEndpoint else {
            return
        }
        if let refreshToken {
            await revoke(refreshToken, hint: "refresh_token", at: endpoint, provider, now: now)
        }
        if !provider.isCognito, !accessToken.isEmpty {
            await revoke(accessToken, hint: "access_token", at: endpoint, provider, now: now)
        }
    }

    private func revoke(
        _ token: String, hint: String, at endpoint: EndpointURL, _ provider: ProviderMetadata, now: Int
    ) async {
        let proof = ClientProof(
            configuration.authentication, clientID: configuration.clientID, endpoint: endpoint,
            preferred: provider.tokenAuthentication, now: now, random: .random(16))
        let form = PercentEncoding.form([("token", token), ("token_type_hint", hint)] + proof.parameters)
        let problem: String
        do {
            let response = try await client.post(
                endpoint, form: form, authorization: proof.authorization, limit: Self.maximumBody)
            if response.isSuccess { return }
            problem = "it answered \(response.status)"
        } catch {
            problem = "it \(error.text)"
        }
        logger.warning(
            "The provider's revocation endpoint did not take a token",
            metadata: ["kind": "\(hint)", "issuer": "\(configuration.issuer)", "reason": "\(problem)"])
    }
}
