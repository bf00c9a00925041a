/// Who a request comes from, as the gateway's signed identity says: the pair that owns rows.
///
/// An e-mail address never identifies a user: it can change hands.
public struct UserIdentity: Hashable, Sendable {
    /// The OpenID issuer that vouches for the subject.
    public let issuer: String
    /// The subject within that issuer.
    public let subject: String
    /// The name shown to this user; never used to find rows.
    public let displayName: String

    /// An identity whose issuer and subject have been verified.
    public init(issuer: String, subject: String, displayName: String) {
        self.issuer = issuer
        self.subject = subject
        self.displayName = displayName
    }
}

/// A user known to the store.
public struct User: Hashable, Sendable {
    /// Names this user as the owner of conversations.
    public let id: UserID
    /// The name last seen.
    public let displayName: String
}

/// The identifier of a user.
public typealias UserID = EntityID<User>
