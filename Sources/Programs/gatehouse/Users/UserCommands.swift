import ArgumentParser
import Identity
import UserPoolServer

/// `gatehouse users list`.
struct ListUsers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List users.",
        discussion: """
            Examples:
              gatehouse users list
              gatehouse users list --filter 'email ^= "ann@"'
              gatehouse users list --group admin --json
            """)

    @Option(
        help: ArgumentHelp(
            "A condition in Cognito's words: attribute = \"value\", or ^= for its beginning.", valueName: "condition"))
    var filter: String?

    @Option(help: ArgumentHelp("Only members of this group.", valueName: "name"))
    var group: String?

    @OptionGroup var pool: PoolOptions

    func validate() throws {
        if filter != nil, group != nil { throw ValidationError("Give --filter or --group, not both.") }
    }

    func run() async throws {
        try await pool.report { users in
            let found = try await users.list(filter: filter, group: group)
            return (.object(["Users": .array(found)]), UserText.list(found))
        }
    }
}

/// `gatehouse users show`.
struct ShowUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a user.",
        discussion: """
            Example:
              gatehouse users show ann
            """)

    @Argument(help: "The user's name, id or verified e-mail address.")
    var username: String

    @OptionGroup var pool: PoolOptions

    func run() async throws {
        try await pool.report { users in
            let user = try await users.show(username)
            return (user, UserText.user(user))
        }
    }
}

/// `gatehouse users disable`.
struct DisableUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Keep a user out: sessions end, tokens are revoked.",
        discussion: """
            Example:
              gatehouse users disable ann
            """)

    @Argument(help: "The user's name, id or verified e-mail address.")
    var username: String

    @OptionGroup var pool: PoolOptions

    func run() async throws {
        try await pool.report { users in
            try await users.pool.call("AdminDisableUser", ["Username": .string(username)])
            return (["Username": .string(username), "Enabled": false], "\(username) may no longer sign in.")
        }
    }
}

/// `gatehouse users enable`.
struct EnableUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let a disabled user sign in again.",
        discussion: """
            Example:
              gatehouse users enable ann
            """)

    @Argument(help: "The user's name, id or verified e-mail address.")
    var username: String

    @OptionGroup var pool: PoolOptions

    func run() async throws {
        try await pool.report { users in
            try await users.pool.call("AdminEnableUser", ["Username": .string(username)])
            return (["Username": .string(username), "Enabled": true], "\(username) may sign in.")
        }
    }
}

/// `gatehouse users delete`.
struct DeleteUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a user for good.",
        discussion: """
            Example:
              gatehouse users delete ann --if-exists
            """)

    @Argument(help: "The user's name, id or verified e-mail address.")
    var username: String

    @Flag(help: "That there is no such user is no error.")
    var ifExists = false

    @OptionGroup var pool: PoolOptions

    func run() async throws {
        try await pool.report { users in
            do {
                try await users.pool.call("AdminDeleteUser", ["Username": .string(username)])
            } catch let refusal as PoolAdministrator.Refusal where ifExists && refusal.type == "UserNotFoundException" {
                return (["Username": .string(username), "Deleted": false], "There is no user \(username).")
            }
            return (["Username": .string(username), "Deleted": true], "\(username) is deleted.")
        }
    }
}
