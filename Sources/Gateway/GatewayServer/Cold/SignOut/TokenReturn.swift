import Glibc
import Logging
import OpenIDConnect
import Sessions
import Synchronization

/// Gives the tokens of ended sessions back to their provider (RFC 7009), in the background.
///
/// Only where the user, or somebody for him, ended the session: a provider that ended it itself knows what it gave out, and what expires or
/// is replaced is no sign that its user wants to be gone.
final class TokenReturn: Sendable {
    /// A session whose tokens are no longer wanted.
    private struct Return: Sendable {
        let record: SessionRecord
        /// Whether its user signs out on all devices.
        let isGlobal: Bool
    }

    private let queue: AsyncStream<Return>.Continuation
    private let global = Mutex<Set<SessionDigest>>([])
    private let work: Task<Void, Never>

    /// Sessions that may wait; beyond it the oldest is left to its token's own end.
    private static let limit = 10_000
    /// Calls to providers under way at once, so that a slow one delays, but not stops, the others.
    private static let parallelism = 8

    /// - Parameter services: by which tokens go back; those of a provider that is not among them do not.
    init(services: CurrentServices) {
        let (records, queue) = AsyncStream<Return>.makeStream(bufferingPolicy: .bufferingNewest(Self.limit))
        self.queue = queue
        work = Task.detached {
            await withTaskGroup(of: Void.self) { group in
                var running = 0
                for await given in records {
                    let record = given.record
                    guard let service = services.service(of: record.provider) else { continue }
                    if running == Self.parallelism {
                        await group.next()
                        running -= 1
                    }
                    running += 1
                    group.addTask {
                        let tokens = record.tokens
                        // First: the access token opens nothing once its refresh token is given back.
                        if given.isGlobal {
                            await service.relyingParty.signOutGlobally(accessToken: tokens.accessToken)
                        }
                        await service.relyingParty.revoke(
                            refreshToken: tokens.refreshToken, accessToken: tokens.accessToken, now: Glibc.time(nil))
                    }
                }
            }
        }
    }

    /// For ``SessionStore/onEnd(_:)``.
    func sessionEnded(_ record: SessionRecord, _ reason: SessionEnd) {
        let isGlobal = global.withLock { $0.remove(record.digest) != nil }
        if reason == .signedOut || reason == .revoked { queue.yield(Return(record: record, isGlobal: isGlobal)) }
    }

    /// With this session its user signs out on all devices, at a provider that has that. To be called before the session ends.
    func expectGlobalSignOut(_ record: SessionRecord) { _ = global.withLock { $0.insert(record.digest) } }

    /// Waits until what was asked for is done, but not longer than a call to a provider may take: the gateway stops.
    func finish() async {
        queue.finish()
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        let waiting = Task { [work] in
            await work.value
            continuation.finish()
        }
        let clock = Task { [work] in
            try await Task.sleep(for: Self.patience)
            // What is called off may still take its time; nobody waits for it.
            work.cancel()
            continuation.finish()
        }
        for await _ in ended {}
        waiting.cancel()
        clock.cancel()
    }

    private static let patience = Duration.seconds(5)
}
