import HTTPTypes

/// An answer that refuses a request: Cognito's type, its text, and the HTTP status.
///
/// The types and texts are those that clients match (spec §3.1 and §3.10); where none is known, the text says what to do.
struct APIError: Error, Equatable {
    /// The type: `__type` of the body and `x-amzn-ErrorType`.
    let type: String
    /// For people. Never holds a secret.
    let message: String
    /// The HTTP status.
    let status: Int

    init(_ type: String, _ message: String, status: Int = 400) {
        self.type = type
        self.message = message
        self.status = status
    }
}

/// What refuses a request before any operation sees it.
extension APIError {
    static let unknownOperation = APIError(
        "UnknownOperationException", "There is no such operation here.", status: 404)
    static let missingToken = APIError("MissingAuthenticationTokenException", "Missing Authentication Token")
    static let unrecognizedClient = APIError(
        "UnrecognizedClientException", "The security token included in the request is invalid.")
    static let invalidSignature = APIError(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
            + "and signing method. Consult the service documentation for details.")
    static let bodyTooLarge = APIError(
        "RequestEntityTooLargeException", "The request is larger than this operation's can be.", status: 413)
    static let bodyTooSlow = APIError(
        "RequestTimeoutException", "The request did not arrive whole in time.", status: 408)
    static let internalError = APIError(
        "InternalErrorException", "The request could not be finished. The pool's log says why.", status: 500)
    static let tooManyRequests = APIError("TooManyRequestsException", "Too many requests")

    /// Something of the signature that can be told without having the key: its age, its scope, its form.
    static func invalidSignature(_ detail: String) -> APIError { APIError("InvalidSignatureException", detail) }
    static func incompleteSignature(_ detail: String) -> APIError {
        APIError("IncompleteSignatureException", detail, status: 403)
    }
    static func accessDenied(_ detail: String) -> APIError {
        APIError("AccessDeniedException", detail, status: 403)
    }
    static func serialization(_ detail: String) -> APIError { APIError("SerializationException", detail) }
    static func serialization(at path: String) -> APIError {
        serialization(path.isEmpty ? "The request is no JSON object." : "The value at '\(path)' has the wrong type.")
    }

    /// Values that break the service model.
    static func validation(_ problems: [String]) -> APIError {
        let head = problems.count == 1 ? "1 validation error" : "\(problems.count) validation errors"
        return invalidParameter("\(head) detected: \(problems.joined(separator: "; "))")
    }
}

/// What operations answer.
extension APIError {
    static func invalidParameter(_ text: String) -> APIError { APIError("InvalidParameterException", text) }
    static func notAuthorized(_ text: String) -> APIError { APIError("NotAuthorizedException", text) }
    static func resourceNotFound(_ text: String) -> APIError { APIError("ResourceNotFoundException", text) }
    static func limitExceeded(_ text: String) -> APIError { APIError("LimitExceededException", text) }
    static func unsupportedOperation(_ text: String) -> APIError { APIError("UnsupportedOperationException", text) }
    static func unsupportedUserState(_ text: String) -> APIError { APIError("UnsupportedUserStateException", text) }
    static func usernameExists(_ text: String) -> APIError { APIError("UsernameExistsException", text) }
    static func aliasExists(_ text: String) -> APIError { APIError("AliasExistsException", text) }
    static func groupExists(_ text: String) -> APIError { APIError("GroupExistsException", text) }
    static func invalidPassword(_ text: String) -> APIError { APIError("InvalidPasswordException", text) }
    static func codeDelivery(_ text: String) -> APIError { APIError("CodeDeliveryFailureException", text) }
    static func codeMismatch(_ text: String) -> APIError { APIError("CodeMismatchException", text) }
    static func expiredCode(_ text: String) -> APIError { APIError("ExpiredCodeException", text) }
    static func scopeDoesNotExist(_ text: String) -> APIError { APIError("ScopeDoesNotExistException", text) }
    static func invalidOAuthFlow(_ text: String) -> APIError { APIError("InvalidOAuthFlowException", text) }

    static func poolNotFound(_ id: String) -> APIError { resourceNotFound("User pool \(id) does not exist.") }
    static func clientNotFound(_ id: String) -> APIError { resourceNotFound("User pool client \(id) does not exist.") }
    static let groupNotFound = resourceNotFound("Group not found.")
    static let userNotFound = APIError("UserNotFoundException", "User does not exist.")
    static let combinationNotFound = APIError("UserNotFoundException", "Username/client id combination not found.")
    static let userNotConfirmed = APIError("UserNotConfirmedException", "User is not confirmed.")
    static let passwordResetRequired = APIError(
        "PasswordResetRequiredException", "Password reset required for the user")
    static let passwordHistory = APIError(
        "PasswordHistoryPolicyViolationException", "Password has previously been used.")
    static let incorrect = notAuthorized("Incorrect username or password.")
    static let attemptsExceeded = notAuthorized("Password attempts exceeded")
    static let userDisabled = notAuthorized("User is disabled.")
    static let invalidAccessToken = notAuthorized("Invalid Access Token")
    static let invalidRefreshToken = notAuthorized("Invalid Refresh Token")
    static let refreshTokenReuse = APIError("RefreshTokenReuseException", "Refresh token has been reused.")
    static let softwareTokenNotFound = APIError(
        "SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool")
    static let softwareTokenMismatch = APIError("EnableSoftwareTokenMFAException", "Code mismatch")
    static let unauthorizedClient = APIError("UnauthorizedException", "Token is not issued for this client.")
    static let unsupportedTokenType = APIError("UnsupportedTokenTypeException", "Unsupported token type")
    static let codeAttempts = limitExceeded("Attempt limit exceeded, please try after some time.")
}
