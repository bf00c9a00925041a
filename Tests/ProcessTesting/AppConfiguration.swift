/// The text of a gateway's configuration with one TLS listener in front of one backend, whose socket is `backend.sock` beside the state folder.
public enum AppConfiguration {
    /// The action that leads to the backend.
    public static let forward = "{Type: forward, ForwardConfig: {TargetGroupName: backend}}"

    /// The action that signs users in.
    ///
    /// - Parameters:
    ///   - issuer: a ``ProviderStub``'s.
    ///   - settings: further keys of `AuthenticateOidcConfig`, beginning with a comma.
    public static func signIn(at issuer: String, _ settings: String = "") -> String {
        """
        {Type: authenticate-oidc, AuthenticateOidcConfig: {Issuer: "\(issuer)", ClientId: \(ProviderStub.clientID), \
        ClientSecret: \(ProviderStub.clientSecret)\(settings)}}
        """
    }

    /// A rule.
    ///
    /// - Parameters:
    ///   - path: a `path-pattern`.
    ///   - movedFrom: the prefix that a transform takes away, without slashes.
    public static func rule(_ priority: Int, _ path: String, movedFrom: String? = nil, _ actions: String...) -> String {
        let transforms = movedFrom.map { prefix in
            ", Transforms: [{Type: url-rewrite, UrlRewriteConfig: {Rewrites: [{Regex: \"^/\(prefix)/(.*)$\", Replace: \"/$1\"}]}}]"
        }
        return "{Priority: \(priority), Conditions: [{Field: path-pattern, Values: [\"\(path)\"]}]\(transforms ?? ""), "
            + "Actions: [\(actions.joined(separator: ", "))]}"
    }

    /// The whole text.
    ///
    /// - Parameters:
    ///   - attributes: a line `Attributes: {…}`, or nothing.
    ///   - otherwise: the default actions.
    public static func text(
        port: Int, workers: Int = 2, attributes: String = "", listenerAttributes: String = "{}", rules: [String] = [],
        otherwise: String...
    ) -> String {
        """
        Workers: \(workers)
        \(attributes)
        TargetGroups: [{Name: backend, Targets: [{Socket: ../backend.sock}]}]
        Listeners:
          - Name: app
            Protocol: HTTPS
            Port: \(port)
            Attributes: \(listenerAttributes)
            Rules:\(rules.isEmpty ? " []" : rules.map { "\n      - " + $0 }.joined())
            DefaultActions: [\(otherwise.joined(separator: ", "))]
        """
    }
}
