/// Where an attempt to sign in comes from, as far as attempts are counted by it.
///
/// Failures are counted for a name **and** a source, so that nobody can lock a name for others by knowing it (OWASP
/// Authentication Cheat Sheet, "device cookies"): strangers lock themselves out, and the browser somebody has signed in
/// with before has a count of its own.
public struct AttemptSource: Hashable, Sendable {
    /// Names the source among all; short, and never a secret.
    public let key: String
    /// Whether somebody has signed in with this browser before, under the name they now give.
    public let isKnownBrowser: Bool

    /// A client's address: IPv4, or the first half of IPv6, which is what one subscriber has.
    ///
    /// - Parameter text: the address in one notation; what cannot be known is one source together.
    public static func address(_ text: String) -> AttemptSource {
        AttemptSource(key: "address \(text)", isKnownBrowser: false)
    }

    /// A browser that has been signed in with before.
    ///
    /// - Parameter id: its random name.
    public static func knownBrowser(_ id: String) -> AttemptSource {
        AttemptSource(key: "browser \(id)", isKnownBrowser: true)
    }

    /// Work of the program itself, such as the first administrator's password.
    public static let program = AttemptSource(key: "program", isKnownBrowser: true)
}
