import Sessions
import Synchronization

/// The ways to sign in of the configuration in force, for what outlives it.
final class CurrentServices: Sendable {
    private let services = Mutex<[SessionProvider: SignInService]>([:])

    /// These are in force from now on. Of several for one provider the first counts.
    func replace(_ services: [SignInService]) {
        let byProvider = Dictionary(services.map { ($0.provider, $0) }) { first, _ in first }
        self.services.withLock { $0 = byProvider }
    }

    /// The one that a session's provider is asked by; nil if the configuration names it no longer.
    func service(of provider: SessionProvider) -> SignInService? { services.withLock { $0[provider] } }
}
