import Crypto
import OpenIDConnect
import Routing
import Synchronization

/// How often one address may begin and end sign-ins, and one account be signed in. Shared by all workers; off the hot path.
final class SignInLimits: Sendable {
    /// What an address does.
    enum Step {
        /// Is sent to the provider.
        case start
        /// Comes back from there.
        case callback
    }

    private struct Limiters {
        var starts: RateLimiter<UInt128>
        var callbacks: RateLimiter<UInt128>
        var accounts: RateLimiter<[UInt8]>
    }

    private let limiters: Mutex<Limiters>
    private let begun = ContinuousClock.now

    /// Keys that each of the three remembers at most; some 100 bytes each.
    static let capacity = 32_768

    init(_ attributes: GatewayConfiguration.Attributes) {
        limiters = Mutex(
            Limiters(
                starts: .init(perMinute: attributes.signInStartsLimit, capacity: Self.capacity),
                callbacks: .init(perMinute: attributes.signInCallbacksLimit, capacity: Self.capacity),
                accounts: .init(perMinute: attributes.accountSignInsLimit, capacity: Self.capacity)))
    }

    /// Nil if the address may; else after how many seconds it may again.
    func refusal(of step: Step, by address: IPAddress) -> Int? {
        let now = now
        return limiters.withLock { limiters in
            switch step {
            case .start: limiters.starts.refusal(of: address.site, now: now)
            case .callback: limiters.callbacks.refusal(of: address.site, now: now)
            }
        }
    }

    /// Nil if the account may be signed in once more; else after how many seconds it may again.
    func refusal(ofAccount subject: String, at issuer: String) -> Int? {
        // Of one length for all, and no list of who signs in; an issuer is a URL, so a line feed ends it.
        let key = Array(SHA256.hash(data: Array("\(issuer)\n\(subject)".utf8)).prefix(16))
        let now = now
        return limiters.withLock { $0.accounts.refusal(of: key, now: now) }
    }

    /// Microseconds since this began.
    private var now: Int {
        let (seconds, attoseconds) = (ContinuousClock.now - begun).components
        return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    }
}
