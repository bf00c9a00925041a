/// Names of the request headers by which the load balancer tells a backend who is signed in
/// (Application Load Balancer guide, "Authenticate users"). Lower case, as they are compared and sent.
public enum IdentityHeader {
    /// The claims as a signed JWT: the only one of the three a backend may trust, after verifying it.
    public static let data = "x-amzn-oidc-data"

    /// The subject in plain text. Unsigned.
    public static let identity = "x-amzn-oidc-identity"

    /// The access token in plain text. Unsigned.
    public static let accessToken = "x-amzn-oidc-accesstoken"
}
