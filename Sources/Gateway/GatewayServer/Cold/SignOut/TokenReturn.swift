import Glibc
import Logging
import OpenIDConnect
import Sessions

/// Gives the tokens of ended sessions back to their provider (RFC 7009), in the background.
///
/// Only where the user, or somebody for him, ended the session: a provider that ended it itself knows what it gave out, and what expires or
/// is replaced is no sign that its user wants to be gone.
final class TokenReturn: Sendable {
    private let queue: AsyncStream<SessionRecord>.Continuation
    private let work: Task<Void, Never>

    /// Sessions that may wait; beyond it the oldest is left to its token's own end.
    private static let limit = 10_000
    /// Calls to providers under way at once, so that a slow one delays, but not stops, the others.
    private static let parallelism = 8

    init(services: [SignInService]) {
        let (records, queue) = AsyncStream<SessionRecord>.makeStream(bufferingPolicy: .bufferingNewest(Self.limit))
        self.queue = queue
        work = Task.detached {
            await withTaskGroup(of: Void.self) { group in
                var running = 0
                for await record in records {
                    guard let service = services.first(where: { $0.provider == record.provider }) else { continue }
                    if running == Self.parallelism {
                        await group.next()
                        running -= 1
                    }
                    running += 1
                    group.addTask {
                        let tokens = record.tokens
                        await service.relyingParty.revoke(
                            refreshToken: tokens.refreshToken, accessToken: tokens.accessToken, now: Glibc.time(nil))
                    }
                }
            }
        }
    }

    /// For ``SessionStore/onEnd(_:)``.
    func sessionEnded(_ record: SessionRecord, _ reason: SessionEnd) {
        if reason == .signedOut || reason == .revoked { queue.yield(record) }
    }

    /// Waits until what was asked for is done, but not longer than a call to a provider may take: the gateway stops.
    func finish() async {
        queue.finish()
        let limit = Task { [work] in
            try await Task.sleep(for: Self.patience)
            work.cancel()
        }
        await work.value
        limit.cancel()
    }

    private static let patience = Duration.seconds(5)
}
