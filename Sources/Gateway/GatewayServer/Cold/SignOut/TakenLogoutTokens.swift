import OpenIDConnect
import Synchronization

/// The logout tokens that were taken on any listener.
final class TakenLogoutTokens: Sendable {
    private let replays = Mutex(LogoutTokenReplays())

    /// False if the token was taken before.
    func take(_ token: LogoutToken, issuer: String, now: Int) -> Bool {
        replays.withLock { $0.take(token, issuer: issuer, now: now) }
    }
}
