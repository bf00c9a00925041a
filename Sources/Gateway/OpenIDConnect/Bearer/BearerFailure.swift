/// Why a bearer token does not pass, in the names of the load balancer's access log.
public enum BearerFailure: String, Error, Sendable, CaseIterable {
    /// There is no `Authorization: Bearer`.
    case absent = "JWTHeaderNotPresent"
    /// There are several, or it is no JWT that is accepted.
    case malformed = "JWTRequestFormatInvalid"
    /// No key of the issuer made its signature.
    case signature = "JWTSignatureValidationError"
    /// A claim that is asked for is missing.
    case claimAbsent = "JWTClaimNotPresent"
    /// A claim is of another kind than it must be.
    case claimFormat = "JWTClaimFormatInvalid"
    /// A claim has another value than it must have: another issuer or audience, or its time is over.
    case claimValue = "JWTClaimValueInvalid"
    /// The issuer's keys did not come in time.
    case keysTimeout = "JWKSRequestTimeout"
    /// The issuer's keys are too many or too large.
    case keysTooLarge = "JWKSResponseSizeExceeded"
    /// The issuer's keys could not be fetched.
    case keysFailed = "JWKSRequestFailed"
    /// The issuer's keys are unusable.
    case keysInvalid = "JWKSResponseInvalid"

    /// The load balancer's status.
    public var status: Int {
        switch self {
        case .absent, .malformed, .signature, .claimAbsent, .claimFormat, .claimValue: 401
        case .keysTimeout, .keysTooLarge: 500
        case .keysFailed, .keysInvalid: 562
        }
    }

    init(_ failure: ClaimRequirement.Failure) {
        self =
            switch failure {
            case .absent: .claimAbsent
            case .format: .claimFormat
            case .value: .claimValue
            }
    }

    /// Of a fetch of keys.
    init(fetching code: SignInFailure) {
        self =
            switch code {
            case .keysTimeout: .keysTimeout
            case .keysTooLarge: .keysTooLarge
            case .keysInvalid: .keysInvalid
            default: .keysFailed
            }
    }
}
