/// The first half of a sign-in: send the browser to `location` (302) with the nonce cookie.
public struct SignInRedirect: Equatable, Sendable {
    /// The value of `Location`: printable ASCII.
    public let location: String

    /// The value of `AWSALBAuthNonce`, fresh for every start: 43 unreserved characters.
    public let nonceCookie: String
}
