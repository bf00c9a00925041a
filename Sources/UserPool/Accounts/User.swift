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

    /// A user with these properties.
    public init(
        subject: String, username: Username, status: UserStatus, isEnabled: Bool = true,
        attributes: [String: String] = [:], groups: [String] = []
    ) {
        self.subject = subject
        self.username = username
        self.status = status
        self.isEnabled = isEnabled
        self.attributes = attributes
        self.groups = groups
    }
}

extension User {
    /// The attributes that `scopes` let a client see.
    ///
    /// With `openid` alone all of them, as Cognito does; as soon as `email`, `phone` or `profile` is named, those only.
    public func attributes(for scopes: Set<Scope>) -> [String: String] {
        let groups: [Scope] = [.email, .phone, .profile].filter(scopes.contains)
        guard !groups.isEmpty else { return attributes }
        return attributes.filter { name, _ in groups.contains { $0.attributeNames.contains(name) } }
    }
}
