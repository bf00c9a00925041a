import ArgumentParser
import Identity
import UserPoolServer

/// `gatehouse users groups`.
struct UserGroups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "Look after groups and who is in them.",
        discussion: """
            Examples:
              gatehouse users groups list
              gatehouse users groups create staff --description "Everybody here" --if-missing
              gatehouse users groups add ann staff
              gatehouse users groups remove ann staff
            """,
        subcommands: [List.self, Create.self, Delete.self, Add.self, Remove.self])

    /// `gatehouse users groups list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List groups.")

        @Option(help: ArgumentHelp("Only the groups of this user.", valueName: "name"))
        var user: String?

        @OptionGroup var pool: PoolOptions

        func run() async throws {
            try await pool.report { users in
                let groups =
                    if let user {
                        try await users.pool.all(
                            "AdminListGroupsForUser", ["Username": .string(user)], member: "Groups", token: "NextToken")
                    } else {
                        try await users.pool.all("ListGroups", member: "Groups", token: "NextToken")
                    }
                return (.object(["Groups": .array(groups)]), UserText.groups(groups))
            }
        }
    }

    /// `gatehouse users groups create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a group.")

        @Argument(help: "The group's name.")
        var group: String

        @Option(help: ArgumentHelp("What it is for.", valueName: "text"))
        var description: String?

        @Option(help: ArgumentHelp("The lower, the more it counts; 0 or more.", valueName: "number"))
        var precedence: Int?

        @Flag(help: "An existing group of this name is no error.")
        var ifMissing = false

        @OptionGroup var pool: PoolOptions

        func run() async throws {
            try await pool.report { users in
                let isNew = try await users.createGroup(
                    group, description: description, precedence: precedence, ifMissing: ifMissing)
                return (
                    ["GroupName": .string(group), "Created": .bool(isNew)],
                    isNew ? "\(group) is created." : "\(group) exists already."
                )
            }
        }
    }

    /// `gatehouse users groups delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a group; its members stay users.")

        @Argument(help: "The group's name.")
        var group: String

        @OptionGroup var pool: PoolOptions

        func run() async throws {
            try await pool.report { users in
                try await users.pool.call("DeleteGroup", ["GroupName": .string(group)])
                return (["GroupName": .string(group), "Deleted": true], "\(group) is deleted.")
            }
        }
    }

    /// `gatehouse users groups add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a user into a group; twice is as once.")

        @Argument(help: "The user's name, id or verified e-mail address.")
        var username: String

        @Argument(help: "The group's name.")
        var group: String

        @OptionGroup var pool: PoolOptions

        func run() async throws {
            try await pool.report { users in
                try await users.pool.call(
                    "AdminAddUserToGroup", ["Username": .string(username), "GroupName": .string(group)])
                return (
                    ["Username": .string(username), "GroupName": .string(group), "Member": true],
                    "\(username) is in \(group)."
                )
            }
        }
    }

    /// `gatehouse users groups remove`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a user out of a group.")

        @Argument(help: "The user's name, id or verified e-mail address.")
        var username: String

        @Argument(help: "The group's name.")
        var group: String

        @OptionGroup var pool: PoolOptions

        func run() async throws {
            try await pool.report { users in
                try await users.pool.call(
                    "AdminRemoveUserFromGroup", ["Username": .string(username), "GroupName": .string(group)])
                return (
                    ["Username": .string(username), "GroupName": .string(group), "Member": false],
                    "\(username) is not in \(group)."
                )
            }
        }
    }
}
