/// A scope of the pool.
public struct Scope: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Its name as it is written in requests.
    public let name: String

    /// The scope called `name`.
    public init(_ name: String) {
        self.name = name
    }

    /// ``name``.
    public var description: String { name }

    /// Needed for an ID token and for userInfo.
    public static let openid = Scope("openid")
    /// `email` and `email_verified`.
    public static let email = Scope("email")
    /// `phone_number` and `phone_number_verified`.
    public static let phone = Scope("phone")
    /// The profile claims of OpenID Connect Core §5.4, and custom attributes.
    public static let profile = Scope("profile")
    /// Lets the access token call the user API.
    public static let userAdministration = Scope("aws.cognito.signin.user.admin")

    /// Whether the scope lets a client see the attribute `name`.
    func opens(_ name: String) -> Bool {
        attributeNames.contains(name) || (self == .profile && (name.hasPrefix("custom:") || name == "address"))
    }

    /// Reads the name alone.
    public init(from decoder: any Decoder) throws {
        name = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the name alone.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    /// The attributes the scope opens.
    private var attributeNames: Set<String> {
        switch self {
        case .email: ["email", "email_verified"]
        case .phone: ["phone_number", "phone_number_verified"]
        case .profile:
            [
                "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
                "picture",
                "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
            ]
        default: []
        }
    }
}
