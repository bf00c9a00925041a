/// A key pair that signs, with its session token if it is a temporary one.
///
/// Printing one shows the key's id and never the secret.
public struct SigningCredentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The access key's id: sent with every request, not secret.
    public let accessKeyID: String
    /// The secret.
    public let secretAccessKey: String
    /// The session token of temporary credentials; secret.
    public let sessionToken: String?

    /// Takes a key pair.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    /// The key's id alone.
    public var description: String { "credentials of \(accessKeyID)" }

    /// Nothing: a dump must not show the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
