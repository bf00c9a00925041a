import ArgumentParser
import Identity
import UserPoolServer

/// `gatehouse users mfa`.
struct UserMFA: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mfa", abstract: "Look after second factors (authenticator apps).",
        discussion: """
            Examples:
              gatehouse users mfa mode                 who is asked for a second factor
              gatehouse users mfa mode required        everybody; who has none sets one up at the next sign-in
              gatehouse users mfa off ann              ann has lost the phone
            """,
        subcommands: [Mode.self, Off.self])

    /// Whether the pool asks for a second factor.
    enum Setting: String, ExpressibleByArgument, CaseIterable {
        case off, optional, required

        /// Cognito's word.
        var mode: String { self == .required ? "ON" : rawValue.uppercased() }
    }

    /// `gatehouse users mfa mode`.
    struct Mode: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show or set whether the pool asks for a second factor.",
            discussion: """
                off: never. optional: those who have set one up and switched it on. required: everybody. What is set here stands until \
                the configuration file says something else than it did.
                """)

        @Argument(help: "off, optional or required; without it, the present mode is shown.")
        var setting: Setting?

        @OptionGroup var pool: PoolOptions

        func run() async throws {
            try await pool.report { users in
                let answer: [String: JSONValue]
                if let setting {
                    answer = try await users.pool.call(
                        "SetUserPoolMfaConfig",
                        [
                            "MfaConfiguration": .string(setting.mode),
                            "SoftwareTokenMfaConfiguration": ["Enabled": .bool(setting != .off)],
                        ])
                } else {
                    answer = try await users.pool.call("GetUserPoolMfaConfig")
                }
                let mode = answer["MfaConfiguration"]?.string ?? ""
                return (.object(answer), "Second factors: \(mode == "ON" ? "required" : mode.lowercased())")
            }
        }
    }

    /// `gatehouse users mfa off`.
    struct Off: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a user's second factor away, after a lost phone.",
            discussion: "Where the pool requires one, the user sets up another at the next sign-in.")

        @Argument(help: "The user's name, id or verified e-mail address.")
        var username: String

        @OptionGroup var pool: PoolOptions

        func run() async throws {
            try await pool.report { users in
                try await users.pool.call(
                    "AdminSetUserMFAPreference",
                    ["Username": .string(username), "SoftwareTokenMfaSettings": ["Enabled": false]])
                return (["Username": .string(username), "Enabled": false], "\(username) has no second factor.")
            }
        }
    }
}
