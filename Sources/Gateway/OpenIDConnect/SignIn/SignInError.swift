/// A sign-in that failed: what to log, what to answer, what to tell the user.
///
/// Every text is one of ours: nothing of the request, of a token or of the provider's answer is repeated in it.
public struct SignInError: Error, Equatable, Sendable {
    /// The reason, for the access log (`code.rawValue`).
    public let code: SignInFailure

    /// What exactly was wrong, for the operator's log. Holds no secret.
    public let detail: String

    /// 401, 500 or 561.
    public let status: Int

    /// A headline.
    public let title: String

    /// What happened, in a sentence.
    public let message: String

    /// A way forward, in a sentence.
    public let hint: String

    /// Whether starting the sign-in again can help.
    public let canRetry: Bool

    /// The provider did not answer at all; the same request will do once it does.
    public let isUnreachable: Bool

    /// Where to start again: the page the user wanted, where it is known for sure, else `/`.
    public let retryTarget: String

    /// Whether the sign-in was sound when it began, and starting it over without asking is what its user would do: it took too long, its
    /// cookie is gone, its code was used before.
    public let canHeal: Bool

    /// - Parameters:
    ///   - status: when it differs from the code's usual one.
    ///   - text: when there is a better one than the code's usual one.
    ///   - isStale: the state is ours, and of no more use.
    ///   - retryTarget: a validated target.
    init(
        _ code: SignInFailure, _ detail: String, status: Int? = nil, text: SignInText? = nil,
        isUnreachable: Bool = false, isStale: Bool = false, retryTarget: OriginalTarget = .root
    ) {
        let text = text ?? SignInText(code)
        self.code = code
        self.detail = detail
        self.status = status ?? code.status
        self.title = text.title
        self.message = text.message
        self.hint = text.hint
        self.canRetry = text.canRetry
        self.isUnreachable = isUnreachable
        self.retryTarget = retryTarget.text
        canHeal =
            switch code {
            case .missingNonceCookie, .invalidNonceCookie, .invalidGrant: true
            default: isStale
            }
    }

    private init(_ error: SignInError, retryTarget: OriginalTarget) {
        code = error.code
        detail = error.detail
        status = error.status
        title = error.title
        message = error.message
        hint = error.hint
        canRetry = error.canRetry
        isUnreachable = error.isUnreachable
        canHeal = error.canHeal
        self.retryTarget = retryTarget.text
    }

    /// The session does not fit the browser's cookies.
    public static let sessionTooLarge = SignInError(
        .userInfoTooLarge, "claims and tokens exceed four cookies; gatehouse.sessions.store: host has no such limit")

    /// The same error with the page the user wanted.
    func retrying(_ target: OriginalTarget) -> SignInError { SignInError(self, retryTarget: target) }
}
