import ArgumentParser
import Foundation
import GatewayServer
import Operations

/// `gatehouse sessions`.
struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "List the sessions of a running gateway, and end them.",
        discussion: """
            Sessions are named by the short hash that logs show, too. Ending a session ends its WebSockets and event \
            streams within a second; its user signs in anew.

            Examples:
              gatehouse sessions list --user alice@example.com
              gatehouse sessions end 0f3a9c1e
              gatehouse sessions end-user alice@example.com

            Exit codes: 0 done, 1 not done (no gateway, no such session or user), 64 the command is wrong.
            """,
        subcommands: [List.self, End.self, EndUser.self], defaultSubcommand: List.self)

    /// `gatehouse sessions list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the sessions, the newest first.")

        @Option(help: ArgumentHelp("Only this user's: a subject or a name, exactly.", valueName: "user"))
        var user: String?

        @Option(help: ArgumentHelp("How many at most, 1 to 100000.", valueName: "count"))
        var limit = 1000

        @OptionGroup var admin: AdminOptions

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000.") }
        }

        func run() async throws {
            try await admin.report {
                let list = try await $0.sessions(user: user, limit: limit)
                return (list, SessionText.list(list, now: Date()))
            }
        }
    }

    /// `gatehouse sessions end`.
    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End one session.")

        @Argument(help: ArgumentHelp("The session's id, as \"list\" shows it.", valueName: "id"))
        var id: String

        @OptionGroup var admin: AdminOptions

        func validate() throws {
            guard id.wholeMatch(of: /[0-9a-f]{8}/) != nil else {
                throw ValidationError(
                    "\(id) is no session id: eight digits 0-9 and a-f, as \"gatehouse sessions list\" shows.")
            }
        }

        func run() async throws {
            try await admin.report {
                let ended = try await $0.endSession(id)
                return (ended, SessionText.ended(ended, now: Date()))
            }
        }
    }

    /// `gatehouse sessions end-user`.
    struct EndUser: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End all sessions of a user.")

        @Argument(help: ArgumentHelp("The user's subject, or a name that only one user has.", valueName: "user"))
        var user: String

        @Option(help: ArgumentHelp("Only at this provider.", valueName: "url"))
        var issuer: String?

        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.report { client in
                let found = try await client.sessions(user: user, limit: 100_000).sessions
                let subjects = Set(found.filter { issuer == nil || $0.issuer == issuer }.map(\.subject))
                guard subjects.count <= 1 || subjects.contains(user) else {
                    throw OperationsError(
                        "\(subjects.count) users are called \(user). Name one by the subject: "
                            + subjects.sorted().joined(separator: ", "))
                }
                let subject = subjects.contains(user) ? user : subjects.first ?? user
                let ended = try await client.endSessions(ofSubject: subject, issuer: issuer)
                guard !ended.ended.isEmpty || ended.coversUnseen else {
                    throw OperationsError("No session of \(user) stands.")
                }
                return (ended, SessionText.ended(ended, of: subject, now: Date()))
            }
        }
    }
}
