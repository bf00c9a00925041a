import Identity
import Logging
import Synchronization

/// Verifies bearer tokens of one issuer. Workers ask it without waiting; the issuer's keys are fetched beside.
///
/// A token whose key is not known is refused, and its key is looked for meanwhile, at most once in 30 seconds however many arrive
/// (attack 75): what makes a request wait for a fetch lets strangers hold as many requests as they like.
public final class BearerAuthority: Sendable {
    /// What tokens must be.
    public let rules: BearerRules

    private struct State {
        var keys: KeySet?
        var failure = BearerFailure.keysFailed
        var isFetching = false
        var fetchedAt = 0
    }

    private let keysURL: EndpointURL
    private let client: ProviderClient
    private let keys: ProviderKeys
    private let state = Mutex(State())

    /// Seconds after which it is worth trying again where keys cannot be had; until then nothing is asked anew.
    public static let retryInterval = 5

    /// Seconds after which the cache behind is asked whether the keys are too old.
    private static let refreshAfter = 300

    /// - Parameters:
    ///   - rules: what tokens must be.
    ///   - keysAddress: `JwksEndpoint`.
    ///   - trustRootsPEMFile: trusted beside the system's authorities, if there is one.
    ///   - cache: keeps the keys across restarts.
    ///   - logger: gets what operators need; never a token.
    public init(
        rules: BearerRules, keysAddress: String, trustRootsPEMFile: String?, cache: DocumentCache = .none,
        logger: Logger
    ) throws(ProviderConfigurationError) {
        guard let url = EndpointURL(keysAddress) else {
            throw ProviderConfigurationError(
                description: "JwksEndpoint \(keysAddress) is not an https URL (http on a loopback address only)")
        }
        self.rules = rules
        keysURL = url
        client = try ProviderClient(trustRoots: trustRootsPEMFile, deadline: .seconds(5))
        keys = ProviderKeys(KeySource(issuer: rules.issuer, client: client, cache: cache, logger: logger))
    }

    /// The claims of a token that passes; `now` in seconds since 1970.
    public func verify(_ text: String, now: Int) throws(BearerFailure) -> BearerToken {
        let token: SignedToken
        do {
            token = try SignedToken(text)
        } catch {
            throw .malformed
        }
        let state = state.withLock { $0 }
        guard let keys = state.keys else {
            fetch(token, now: now)
            throw state.failure
        }
        if abs(now - state.fetchedAt) >= Self.refreshAfter || !keys.hasKey(id: token.keyID, algorithm: token.algorithm)
        {
            fetch(token, now: now)
        }
        let claims: [String: JSONValue]
        do {
            claims = try token.claims(signedBy: keys)
        } catch {
            throw error == .malformed ? .malformed : .signature
        }
        return BearerToken(claims: claims, expiry: try rules.expiry(of: claims, now: now))
    }

    /// Fetches the keys ahead of the first request; `now` in seconds since 1970.
    public func prepare(now: Int) async { await fetchKeys(id: nil, algorithm: .rs256, now: now) }

    private func fetch(_ token: SignedToken, now: Int) {
        let begins = state.withLock { state in
            if state.isFetching { return false }
            state.isFetching = true
            return true
        }
        guard begins else { return }
        let (id, algorithm) = (token.keyID, token.algorithm)
        Task { await fetchKeys(id: id, algorithm: algorithm, now: now) }
    }

    private func fetchKeys(id: String?, algorithm: SignatureAlgorithm, now: Int) async {
        do throws(SignInError) {
            let fetched = try await keys.get(keysURL, id: id, algorithm: algorithm, now: now)
            state.withLock {
                $0.keys = fetched
                $0.fetchedAt = now
                $0.isFetching = false
            }
        } catch {
            let failure = BearerFailure(fetching: error.code)
            state.withLock {
                $0.failure = failure
                $0.isFetching = false
            }
        }
    }
}
