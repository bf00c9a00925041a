import Conversations
import Logging
import ServiceLifecycle

/// Removes for good, once a minute, what was deleted long enough ago, and what the operator does not want kept.
struct UpkeepService: Service {
    let store: any ConversationStore
    let retention: ChatConfiguration.Retention
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await tidy(now: .now)
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Does what is due. A failure is logged and tried again the next time.
    func tidy(now: Timestamp) async {
        func before(minutes: Int) -> Timestamp {
            Timestamp(milliseconds: now.milliseconds - minutes * 60_000)
        }
        let untouched = retention.conversationDays > 0 ? before(minutes: retention.conversationDays * 1_440) : nil
        do {
            let purged = try await store.purge(
                deletedBefore: before(minutes: retention.undoMinutes), untouchedSince: untouched)
            if purged > 0 { logger.info("conversations purged", metadata: ["conversations": "\(purged)"]) }
            if retention.usageDays > 0 {
                try await store.forgetUsage(before: Day(of: now).advanced(by: -retention.usageDays))
            }
        } catch {
            logger.warning("upkeep failed", metadata: ["error": "\(type(of: error))"])
        }
    }

    private static let interval = Duration.seconds(60)
}
