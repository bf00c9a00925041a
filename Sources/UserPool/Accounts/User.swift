/// A user of the pool, without the password.
public struct User: Sendable, Equatable {
    /// The unchangeable id, a lower-case UUID: the claim `sub`.
    public let subject: String
    /// The name signed in with.
    public let username: Username
    /// Where the account stands.
    public var status: UserStatus
    /// Whether the user may sign in at all.
    public var isEnabled: Bool
    /// Attributes by name, such as `email`, `email_verified` ("true" or "false"), `name`, `custom:department`.
    public var attributes: [String: String]
    /// The groups the user is in, by ascending precedence, then name.
    public var groups: [String]
    /// The IAM roles of the groups, by ascending precedence.
    public var roles: [String]
    /// The role of the group that counts most; nil where there is none, or several.
    public var preferredRole: String?
    /// The second factor.
    public var mfa: MFAState
    /// Unix seconds.
    public var createdAt: Int
    /// When the user's account was last changed, Unix seconds.
    public var modifiedAt: Int

    /// A user with these properties.
    public init(
        subject: String, username: Username, status: UserStatus, isEnabled: Bool = true,
        attributes: [String: String] = [:], groups: [String] = [], roles: [String] = [], preferredRole: String? = nil,
        mfa: MFAState = MFAState(), createdAt: Int = 0, modifiedAt: Int = 0
    ) {
        self.subject = subject
        self.username = username
        self.status = status
        self.isEnabled = isEnabled
        self.attributes = attributes
        self.groups = groups
        self.roles = roles
        self.preferredRole = preferredRole
        self.mfa = mfa
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
    }
}

extension User {
    /// The attributes that `scopes` let a client see.
    ///
    /// With `openid` alone all of them, as Cognito does; as soon as `email`, `phone` or `profile` is named, those only, and
    /// with `profile` custom attributes.
    /// - Parameter readable: what the client may see at all; nil: everything.
    public func attributes(for scopes: Set<Scope>, readable: Set<String>? = nil) -> [String: String] {
        let groups: [Scope] = [.email, .phone, .profile].filter(scopes.contains)
        return attributes.filter { name, _ in
            guard readable?.contains(name) != false else { return false }
            return groups.isEmpty || groups.contains { $0.opens(name) }
        }
    }
}
