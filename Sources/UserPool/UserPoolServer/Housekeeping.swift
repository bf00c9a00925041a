import Logging
import ServiceLifecycle

/// Removes expired codes, sessions and tokens of all pools, at the start and then every ten minutes.
struct Housekeeping: Service {
    let pools: PoolDirectory
    let logger: Logger

    func run() async throws {
        // Shutdown must not wait for the sleep to end.
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for pool in await pools.all() {
                    do {
                        try await pool.store.removeExpired(now: pool.now)
                    } catch {
                        logger.warning("Expired rows could not be removed", metadata: ["error": "\(error)"])
                    }
                }
                try? await Task.sleep(for: .seconds(600))
            }
        }
    }
}
