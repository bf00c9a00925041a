/// The first half of a sign-in: send the browser to `location` (302) with the nonce cookie.
public struct SignInRedirect: Equatable, Sendable {
    /// The value of `Location`: printable ASCII.
    public let location: String

    /// The value of `AWSALBAuthNonce`, the same for all sign-ins of a browser that are under way: at most 160 unreserved characters.
    public let nonceCookie: String
}
