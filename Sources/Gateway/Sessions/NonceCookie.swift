/// `Set-Cookie` values of `AWSALBAuthNonce`, the cookie that binds a sign-in to the browser that began it.
public enum NonceCookie {
    /// The load balancer's name for it.
    public static let name = "AWSALBAuthNonce"

    /// ``name`` as bytes, for ``CookieHeader``.
    public static let nameBytes = Array(name.utf8)

    /// Hands it out for the 15 minutes a sign-in may take. `SameSite=Lax` lets it come back with the provider's redirect.
    /// - Parameter value: unreserved characters only.
    public static func issue(_ value: String) -> String {
        "\(name)=\(value); Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Lax"
    }

    /// Takes it away again.
    public static let expiry =
        "\(name)=; Path=/; Expires=\(CookieDate.epoch); Max-Age=0; Secure; HttpOnly; SameSite=Lax"
}
