import OpenIDConnect
import Routing
import Synchronization

/// How often one address may say that sessions have ended at the provider: each call may cost a signature's verification. Shared by all workers;
/// off the hot path.
final class SignOutLimits: Sendable {
    private let notices: Mutex<RateLimiter<UInt128>>
    private let begun = ContinuousClock.now

    /// Addresses remembered at most; some 100 bytes each.
    private static let capacity = 32_768

    init(_ attributes: GatewayConfiguration.Attributes) {
        notices = Mutex(.init(perMinute: attributes.signOutNoticesLimit, capacity: Self.capacity))
    }

    /// Nil if the address may; else after how many seconds it may again.
    func refusal(of address: IPAddress) -> Int? {
        let (seconds, attoseconds) = (ContinuousClock.now - begun).components
        let now = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
        return notices.withLock { $0.refusal(of: address.site, now: now) }
    }
}
