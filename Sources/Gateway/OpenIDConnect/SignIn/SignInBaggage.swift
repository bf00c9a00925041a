/// What a sign-in takes along, sealed in its `state`, besides the page the user wanted.
public struct SignInBaggage: Equatable, Sendable {
    /// How often it has started over by itself.
    public var restarts: Int
    /// Whether the browser's tab remembers the `#fragment` of the page.
    public var keepsFragment: Bool
    /// The name of a request that was held while its user signs in.
    public var heldRequest: String?

    /// Nothing, unless said otherwise.
    public init(restarts: Int = 0, keepsFragment: Bool = false, heldRequest: String? = nil) {
        self.restarts = restarts
        self.keepsFragment = keepsFragment
        self.heldRequest = heldRequest
    }

    /// What the sign-in that starts in this one's place takes along.
    /// - Parameter isSameBrowser: the cookie proved that the browser is the one that began. Only then does a held request go along: a
    ///   stranger's must not be offered to the user for sending.
    public func restarted(isSameBrowser: Bool) -> SignInBaggage {
        SignInBaggage(
            restarts: restarts + 1, keepsFragment: keepsFragment, heldRequest: isSameBrowser ? heldRequest : nil)
    }
}
