import Logging
import ServiceLifecycle
import UserPoolStore

/// Removes expired codes, sessions and tokens, at the start and then every ten minutes.
struct Housekeeping: Service {
    let store: UserPoolStore
    let clock: @Sendable () -> Int
    let logger: Logger

    func run() async throws {
        // Shutdown must not wait for the sleep to end.
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await store.removeExpired(now: clock() / 1000)
                } catch {
                    logger.warning("Expired rows could not be removed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(600))
            }
        }
    }
}
