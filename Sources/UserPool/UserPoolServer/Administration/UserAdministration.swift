import Accounts
public import Identity

/// What `gatehouse users` does with a running pool, in steps a script may repeat.
public struct UserAdministration: Sendable {
    /// A user to be made.
    public struct NewUser: Sendable {
        /// The name.
        public var username: String
        /// By name.
        public var attributes: [String: String]
        /// Made where they are missing.
        public var groups: [String]
        /// nil: one is made.
        public var password: String?
        /// Whether the user has to replace the password at the first sign-in.
        public var isTemporary: Bool

        /// A user to be made.
        public init(
            username: String, attributes: [String: String], groups: [String], password: String?, isTemporary: Bool
        ) {
            self.username = username
            self.attributes = attributes
            self.groups = groups
            self.password = password
            self.isTemporary = isTemporary
        }
    }

    /// The pool.
    public let pool: PoolAdministrator

    /// Administers `pool`.
    public init(_ pool: PoolAdministrator) {
        self.pool = pool
    }

    /// Creates a user. Where there is one and that is fine, only the groups that are missing are added.
    ///
    /// - Parameter ifMissing: whether an existing user is fine.
    /// - Returns: the user, and the password if it was made here; nil where the user existed.
    public func create(
        _ new: NewUser, ifMissing: Bool
    ) async throws -> (user: JSONValue, isNew: Bool, password: String?) {
        let made = new.password == nil ? TemporaryPassword.make(for: PasswordPolicy(minimumLength: 20)) : nil
        let password = new.password ?? made ?? ""
        var isNew = true
        do {
            try await pool.call(
                "AdminCreateUser",
                [
                    "Username": .string(new.username), "MessageAction": "SUPPRESS",
                    "TemporaryPassword": .string(password),
                    "UserAttributes": .array(
                        new.attributes.sorted { $0.key < $1.key }.map {
                            ["Name": .string($0.key), "Value": .string($0.value)]
                        }),
                ])
        } catch let refusal as PoolAdministrator.Refusal where ifMissing && refusal.type == "UsernameExistsException" {
            isNew = false
        }
        // The groups before the password that lets the user in: nobody is in without them.
        for group in new.groups {
            try await createGroup(group, ifMissing: true)
            try await pool.call(
                "AdminAddUserToGroup", ["Username": .string(new.username), "GroupName": .string(group)])
        }
        if isNew, !new.isTemporary { try await setPassword(of: new.username, password, isTemporary: false) }
        return (try await show(new.username), isNew, isNew ? made : nil)
    }

    /// Gives a user another password, which ends sessions and revokes tokens.
    ///
    /// - Returns: the password if it was made here.
    @discardableResult
    public func setPassword(of username: String, _ password: String?, isTemporary: Bool) async throws -> String? {
        let made = password == nil ? TemporaryPassword.make(for: PasswordPolicy(minimumLength: 20)) : nil
        try await pool.call(
            "AdminSetUserPassword",
            [
                "Username": .string(username), "Password": .string(password ?? made ?? ""),
                "Permanent": .bool(!isTemporary),
            ])
        return made
    }

    /// AdminGetUser's answer with the groups: `Groups`.
    public func show(_ username: String) async throws -> JSONValue {
        var user = try await pool.call("AdminGetUser", ["Username": .string(username)])
        let groups = try await pool.all(
            "AdminListGroupsForUser", ["Username": .string(username)], member: "Groups", token: "NextToken")
        user["Groups"] = .array(groups.compactMap { $0.object?["GroupName"] })
        return .object(user)
    }

    /// The users, all or those that `filter` or membership lets pass.
    public func list(filter: String?, group: String?) async throws -> [JSONValue] {
        if let group {
            return try await pool.all(
                "ListUsersInGroup", ["GroupName": .string(group)], member: "Users", token: "NextToken")
        }
        return try await pool.all(
            "ListUsers", ["Filter": filter.map(JSONValue.string)], member: "Users", token: "PaginationToken")
    }

    /// Creates a group.
    ///
    /// - Returns: false where it existed and that is fine.
    @discardableResult
    public func createGroup(
        _ name: String, description: String? = nil, precedence: Int? = nil, ifMissing: Bool
    ) async throws -> Bool {
        do {
            try await pool.call(
                "CreateGroup",
                [
                    "GroupName": .string(name), "Description": description.map(JSONValue.string),
                    "Precedence": precedence.map(JSONValue.integer),
                ])
            return true
        } catch let refusal as PoolAdministrator.Refusal where ifMissing && refusal.type == "GroupExistsException" {
            return false
        }
    }

    /// Every user as a record that can be imported again, with password hashes.
    public func export() async throws -> [JSONValue] {
        try await pool.all("ExportUsers", member: "Users", token: "NextToken")
    }

    /// The names of the attributes that the pool has beside the standard ones.
    public func customAttributes() async throws -> [String] {
        let header = try await pool.call("GetCSVHeader")["CSVHeader"]?.array ?? []
        return header.compactMap(\.string).filter { $0.hasPrefix("custom:") || $0.hasPrefix("dev:custom:") }
    }

    /// What became of the records of an import.
    public struct ImportReport: Sendable, Encodable {
        /// A record that was not taken.
        public struct Problem: Sendable, Encodable {
            /// The name.
            public let username: String
            /// Why, in a sentence.
            public let reason: String
        }

        /// How many users were made.
        public internal(set) var imported = 0
        /// Names that existed already; those users are as they were.
        public internal(set) var existing: [String] = []
        /// Records that were refused.
        public internal(set) var refused: [Problem] = []
    }

    /// Imports records as ``export()`` gives them, or ``UserTable`` reads them.
    public func importUsers(_ records: [JSONValue]) async throws -> ImportReport {
        var report = ImportReport()
        for start in stride(from: 0, to: records.count, by: Self.batch) {
            let batch = Array(records[start..<min(start + Self.batch, records.count)])
            let answer = try await pool.call("ImportUsers", ["Users": .array(batch)])
            for result in answer["Results"]?.array ?? [] {
                let members = result.object ?? [:]
                let name = members["username"]?.string ?? ""
                switch members["result"]?.string {
                case "imported": report.imported += 1
                case "exists": report.existing.append(name)
                default: report.refused.append(.init(username: name, reason: members["reason"]?.string ?? ""))
                }
            }
        }
        return report
    }

    /// Stays below the most bytes that ImportUsers takes, with attributes of ordinary length.
    private static let batch = 100
}
