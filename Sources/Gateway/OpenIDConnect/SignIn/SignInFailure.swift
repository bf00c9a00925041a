/// Why a sign-in failed, in the names the load balancer's access log uses (user guide, "Error reason codes").
public enum SignInFailure: String, Error, Sendable, CaseIterable {
    /// The token endpoint refused the code.
    case invalidGrant = "AuthInvalidGrantError"
    /// The ID token is missing or breaks a rule.
    case invalidIDToken = "AuthInvalidIdToken"
    /// `state` is not one of ours, is of another host or provider, or is older than 15 minutes.
    case invalidState = "AuthInvalidStateParam"
    /// The token endpoint's answer makes no sense.
    case invalidTokenResponse = "AuthInvalidTokenResponse"
    /// The user-info endpoint's answer makes no sense, or is about somebody else.
    case invalidUserInfoResponse = "AuthInvalidUserinfoResponse"
    /// The provider came back without a code: it says so when the user was refused.
    case missingCode = "AuthMissingCodeParam"
    /// The provider came back without `state`.
    case missingState = "AuthMissingStateParam"
    /// The browser lost the cookie that binds the sign-in to it, or never had it.
    case missingNonceCookie = "AuthMissingAWSALBAuthNonce"
    /// The cookie belongs to another sign-in.
    case invalidNonceCookie = "AuthInvalidAWSALBAuthNonce"
    /// The request names no usable host.
    case missingHost = "AuthMissingHostHeader"
    /// The token endpoint answered with an error.
    case tokenEndpointFailed = "AuthTokenEpRequestFailed"
    /// The token endpoint did not answer in time, or not at all.
    case tokenEndpointTimeout = "AuthTokenEpRequestTimeout"
    /// The user-info endpoint answered with an error.
    case userInfoEndpointFailed = "AuthUserinfoEpRequestFailed"
    /// The user-info endpoint did not answer in time, or not at all.
    case userInfoEndpointTimeout = "AuthUserinfoEpRequestTimeout"
    /// Claims and access token are larger than 11 KB.
    case userInfoTooLarge = "AuthUserinfoResponseSizeExceeded"
    /// The provider's keys could not be fetched.
    case keysFailed = "JWKSRequestFailed"
    /// The provider's keys did not come in time.
    case keysTimeout = "JWKSRequestTimeout"
    /// The provider's keys are unusable.
    case keysInvalid = "JWKSResponseInvalid"
    /// The provider's keys are too many or too large.
    case keysTooLarge = "JWKSResponseSizeExceeded"
    /// Anything else: above all, the provider's discovery document could not be had.
    case unhandled = "AuthUnhandledException"

    /// What the load balancer calls a session cookie that never was one. It ends no sign-in here, it begins one.
    public static let invalidCookieReason = "AuthInvalidCookie"

    /// The load balancer's status: 401 for what the browser brought, 561 for what the provider answered, 500 for the rest.
    public var status: Int {
        switch self {
        case .invalidIDToken, .invalidState, .missingCode, .missingState, .missingNonceCookie, .invalidNonceCookie,
            .missingHost:
            401
        case .invalidGrant, .invalidTokenResponse, .invalidUserInfoResponse, .tokenEndpointFailed,
            .userInfoEndpointFailed, .keysFailed, .keysInvalid:
            561
        case .tokenEndpointTimeout, .userInfoEndpointTimeout, .userInfoTooLarge, .keysTimeout, .keysTooLarge,
            .unhandled:
            500
        }
    }
}
