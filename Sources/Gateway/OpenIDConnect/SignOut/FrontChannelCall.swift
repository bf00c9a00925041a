/// A front-channel sign-out (OpenID Connect Front-Channel Logout 1.0 §2), as a frame of the provider's page brings it.
///
/// Nothing of it is signed, so it counts for nothing but the one session that the same browser shows: whoever knows, or guesses, a `sid` ends
/// nobody else's.
public struct FrontChannelCall: Equatable, Sendable {
    /// `iss`
    public let issuer: String
    /// `sid`
    public let session: String

    /// Reads a query, raw, without `?`; nil unless it names both, each once.
    public init?(query: String) {
        guard let (issuer, session) = SignOutForm.frontChannel(query: query) else { return nil }
        self.issuer = issuer
        self.session = session
    }

    /// Whether a session that `issuer` began as `session` is the one that is meant.
    public func names(session: String?, of issuer: String) -> Bool {
        guard let session else { return false }
        return self.issuer.utf8.elementsEqual(issuer.utf8) && ConstantTime.areEqual(self.session.utf8, session.utf8)
    }
}
