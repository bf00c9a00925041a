import ArgumentParser
import Foundation
import Identity
import Operations
import UserPoolServer

/// `gatehouse users create`.
struct CreateUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a user.",
        discussion: """
            Without --permanent the password is temporary: the user replaces it at the first sign-in. No mail is sent. With \
            --if-missing an existing user is left as is, but for the groups of --group, and the exit code is 0.

            Examples:
              gatehouse users create ann --email ann@example.org --group staff
              printf %s "$PASSWORD" | gatehouse users create admin --email a@example.org --password-stdin --permanent --if-missing
            """)

    @Argument(help: "The user's name.")
    var username: String

    @Option(help: ArgumentHelp("The e-mail address; taken as verified.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("Another attribute; may be given more than once.", valueName: "name=value"))
    var attribute: [String] = []

    @Option(help: ArgumentHelp("A group, made if it is missing; may be given more than once.", valueName: "name"))
    var group: [String] = []

    @Flag(help: "The password is the user's own and need not be replaced.")
    var permanent = false

    @Flag(help: "An existing user of this name is no error.")
    var ifMissing = false

    @OptionGroup var password: PasswordOptions
    @OptionGroup var pool: PoolOptions

    func validate() throws {
        for pair in attribute where !pair.contains("=") {
            throw ValidationError("--attribute takes name=value, not \(pair).")
        }
        try password.check(pool)
    }

    func run() async throws {
        var attributes: [String: String] = [:]
        for pair in attribute {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            attributes[String(parts[0])] = String(parts[1])
        }
        if let email { attributes.merge(["email": email, "email_verified": "true"]) { $1 } }
        let new = UserAdministration.NewUser(
            username: username, attributes: attributes, groups: group, password: try password.read(),
            isTemporary: !permanent)
        try await pool.report { users in
            let (user, isNew, made) = try await users.create(new, ifMissing: ifMissing)
            var members = user.object ?? [:]
            members["Created"] = .bool(isNew)
            members["Password"] = made.map(JSONValue.string)
            var text = isNew ? "\(username) is created." : "\(username) exists already."
            if let made { text += "\nPassword  \(made)   (\(permanent ? "" : "temporary, ")shown only this once)" }
            return (.object(members), text)
        }
    }
}

/// `gatehouse users reset`.
struct ResetUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Give a user a new password.",
        discussion: """
            Ends the user's sessions and revokes the tokens. Without --permanent the password is temporary: the user replaces it at \
            the next sign-in.

            Examples:
              gatehouse users reset ann
              printf %s "$PASSWORD" | gatehouse users reset ann --password-stdin --permanent
            """)

    @Argument(help: "The user's name, id or verified e-mail address.")
    var username: String

    @Flag(help: "The password is the user's own and need not be replaced.")
    var permanent = false

    @OptionGroup var password: PasswordOptions
    @OptionGroup var pool: PoolOptions

    func validate() throws { try password.check(pool) }

    func run() async throws {
        let given = try password.read()
        try await pool.report { users in
            let made = try await users.setPassword(of: username, given, isTemporary: !permanent)
            var text = "\(username) has a new password."
            if let made { text += "\nPassword  \(made)   (\(permanent ? "" : "temporary, ")shown only this once)" }
            return (.object(["Username": .string(username), "Password": made.map(JSONValue.string) ?? .null]), text)
        }
    }
}
