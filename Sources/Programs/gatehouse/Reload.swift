import ArgumentParser
import GatewayServer

/// `gatehouse reload`.
struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have the running gateway use its changed configuration.",
        discussion: """
            The gateway reads its configuration again, and the certificates, keys and secrets that it names. All is checked \
            before anything changes; if something is wrong, every problem is listed and all stays as it was. Requests under \
            way, WebSockets and event streams go on under the configuration they began with; sessions stay. SIGHUP to the \
            gateway does the same.

            Examples:
              gateway --config config/gateway.yaml --check && gatehouse reload
              gatehouse reload --json

            Exit codes: 0 done (also where nothing has changed), 1 not done, 64 the command is wrong.
            """)

    @OptionGroup var admin: AdminOptions

    func run() async throws {
        try await admin.report {
            let outcome = try await $0.reload()
            return (outcome, outcome.text)
        }
    }
}
