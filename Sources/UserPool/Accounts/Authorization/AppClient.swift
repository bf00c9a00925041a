/// An application that may have its users signed in here.
public struct AppClient: Sendable, Equatable {
    /// The client id: 1–128 of `[\w+]`.
    public let id: String
    /// The addresses a code may be sent to; compared exactly.
    public let callbackURLs: [String]
    /// The addresses a browser may be sent to after sign-out; compared exactly.
    public let logoutURLs: [String]
    /// The scopes it may ask for, in the order they are granted when it names none.
    public let scopes: [Scope]

    /// A client with these properties.
    public init(id: String, callbackURLs: [String], logoutURLs: [String], scopes: [Scope]) {
        self.id = id
        self.callbackURLs = callbackURLs
        self.logoutURLs = logoutURLs
        self.scopes = scopes
    }
}
