import Logging
import ServiceLifecycle
import Tokens
import UserPoolStore

/// Tells the application whose sessions have ended at the pool (OpenID Connect Back-Channel Logout 1.0), and goes on trying until it has
/// taken it.
///
/// Notices lie in the database, so none is lost with the process, and those of the command line are found too.
struct LogoutNotifier: Service {
    let store: UserPoolStore
    let tokens: TokenIssuer
    /// Sends a logout token; why it was not taken, or nil.
    let send: @Sendable (_ token: String) async -> String?
    let clock: @Sendable () -> Int
    let logger: Logger

    /// Notices that are sent at once, and the time between two looks at the database.
    private static let batch = 8
    private static let interval = Duration.seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    // Whole batches follow each other without a pause.
                    while try await sendDue() == Self.batch, !Task.isCancelled {}
                } catch {
                    logger.warning("Logout notices could not be read or kept", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Sends what is due.
    /// - Returns: how many notices that were.
    func sendDue() async throws -> Int {
        let due = try await store.dueLogoutNotices(now: clock() / 1000, limit: Self.batch)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for notice in due { group.addTask { try await attempt(notice) } }
            try await group.waitForAll()
        }
        return due.count
    }

    private func attempt(_ notice: LogoutNotice) async throws {
        // Anew each time: a client takes each token once, and an old one not at all.
        let token = try await tokens.logoutToken(
            subject: notice.subject, session: notice.session, clientID: notice.clientID, now: clock() / 1000)
        guard let problem = await send(token) else { return try await store.delivered(notice) }
        let goesOn = try await store.failed(notice, now: clock() / 1000)
        logger.warning(
            "The application did not take a logout notice",
            metadata: ["reason": "\(problem)", "next": "\(goesOn ? "tried again" : "given up")"])
    }
}
