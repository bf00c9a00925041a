/// Where to send a browser so that its session at the provider ends too.
enum SignOutRequest {
    /// - Parameters:
    ///   - metadata: the provider; nil is returned when it has no such endpoint.
    ///   - idToken: a hint for providers of the standard's kind; left out when it would make the address too long.
    ///   - origin: where the browser comes back to, at `/`.
    static func location(
        metadata: ProviderMetadata, clientID: String, idToken: String?, origin: RequestOrigin
    ) -> String? {
        guard let endpoint = metadata.endSessionEndpoint else { return nil }
        let home = origin.text + "/"
        if metadata.isCognito {
            // Cognito answers 400 to the standard's parameters although it lists the endpoint.
            return URLQuery.append([("client_id", clientID), ("logout_uri", home)], to: endpoint.text)
        }
        var parameters = [("client_id", clientID), ("post_logout_redirect_uri", home)]
        if let idToken, idToken.utf8.count <= maximumHintLength { parameters.insert(("id_token_hint", idToken), at: 0) }
        return URLQuery.append(parameters, to: endpoint.text)
    }

    private static let maximumHintLength = 4096
}
