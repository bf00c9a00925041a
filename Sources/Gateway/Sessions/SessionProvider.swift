/// Who vouched for a session, and for what: an issuer, the client it was asked as, and the cookie name of the rules that take it. One object
/// for all its sessions.
public final class SessionProvider: Sendable, Hashable {
    /// The provider's issuer.
    public let issuer: String
    /// The client id there.
    public let client: String
    /// `SessionCookieName` of the rule that signed in. The session counts under this name only: another rule may ask for more.
    public let cookieName: String

    /// Names a provider.
    public init(issuer: String, client: String, cookieName: String) {
        self.issuer = issuer
        self.client = client
        self.cookieName = cookieName
    }

    /// Whether both are the same, byte by byte.
    public static func == (a: SessionProvider, b: SessionProvider) -> Bool {
        a === b
            || (a.issuer.utf8.elementsEqual(b.issuer.utf8) && a.client.utf8.elementsEqual(b.client.utf8)
                && a.cookieName.utf8.elementsEqual(b.cookieName.utf8))
    }

    /// Feeds the bytes of all three to the hasher.
    public func hash(into hasher: inout Hasher) {
        for text in [issuer, client, cookieName] {
            for byte in text.utf8 { hasher.combine(byte) }
            hasher.combine(0xFF as UInt8)
        }
    }
}
