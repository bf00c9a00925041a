/// A group of users.
public struct UserGroup: Sendable, Equatable {
    /// 1–128 letters, marks, symbols, numbers and punctuation.
    public var name: String
    /// At most 2048 characters.
    public var description: String?
    /// The IAM role its members prefer; only stated in tokens.
    public var roleARN: String?
    /// The lower, the more it counts, from 0; nil counts least.
    public var precedence: Int?
    /// Unix seconds.
    public var createdAt: Int
    /// Unix seconds.
    public var modifiedAt: Int

    /// A group with these properties.
    public init(
        name: String, description: String? = nil, roleARN: String? = nil, precedence: Int? = nil, createdAt: Int,
        modifiedAt: Int? = nil
    ) {
        self.name = name
        self.description = description
        self.roleARN = roleARN
        self.precedence = precedence
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt ?? createdAt
    }

    /// The roles of `groups`, which stand by ascending precedence: `cognito:roles`.
    public static func roles(of groups: [UserGroup]) -> [String] {
        var roles: [String] = []
        for role in groups.compactMap(\.roleARN) where !roles.contains(role) { roles.append(role) }
        return roles
    }

    /// The role of the group that counts most: `cognito:preferred_role`. Nil where several count most and differ.
    public static func preferredRole(of groups: [UserGroup]) -> String? {
        let withRole = groups.filter { $0.roleARN != nil }
        guard let least = withRole.compactMap(\.precedence).min() else { return nil }
        let roles = Set(withRole.filter { $0.precedence == least }.compactMap(\.roleARN))
        return roles.count == 1 ? roles.first : nil
    }
}
