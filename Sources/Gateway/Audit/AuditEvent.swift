/// Something that happened to who may do what, as the audit log keeps it. Never holds a token, cookie, code or password.
public struct AuditEvent: Sendable, Equatable {
    /// What happened.
    public enum Kind: String, Sendable, CaseIterable {
        /// A session began.
        case signedIn = "sign-in"
        /// A sign-in ended without a session.
        case signInFailed = "sign-in-failed"
        /// A request was refused for want of a session or a right.
        case denied
        /// A user ended his session.
        case signedOut = "sign-out"
        /// A session ended by itself: `reason` says whether its time was over, it was idle, its provider would not renew it, the same browser
        /// signed in anew, or there was no room for it.
        case ended = "session-end"
        /// Somebody else, or the user elsewhere, ended a session.
        case revoked = "revocation"
        /// An operator did something on the admin socket.
        case administration
        /// The log goes on after a restart, or after something was found wrong with it.
        case resumed
        /// Strangers caused more lines than are written; `reason` says how many are left out.
        case omitted
    }

    /// What happened.
    public var kind: Kind
    /// The user's `sub` at the provider.
    public var subject: String?
    /// What the user is called.
    public var user: String?
    /// Where the request came from: an address, or for an operator the user id and process.
    public var address: String?
    /// The session's short hash.
    public var session: String?
    /// The id of the request, which error pages show.
    public var request: String?
    /// The issuer.
    public var provider: String?
    /// Why, in words of our own.
    public var reason: String?

    /// An event; whatever is not known stays out of the line.
    public init(
        _ kind: Kind, subject: String? = nil, user: String? = nil, address: String? = nil, session: String? = nil,
        request: String? = nil, provider: String? = nil, reason: String? = nil
    ) {
        self.kind = kind
        self.subject = subject
        self.user = user
        self.address = address
        self.session = session
        self.request = request
        self.provider = provider
        self.reason = reason
    }

    /// Whether anybody can cause it without being known, so that only so many are written.
    public var isAnonymous: Bool { kind == .signInFailed || kind == .denied && subject == nil }
}
