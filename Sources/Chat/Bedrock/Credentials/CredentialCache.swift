public import AWSSignature

/// Keeps credentials and renews them ahead of their expiry, once for all who wait.
///
/// In the last 15 minutes they are renewed in the background; in the last 10 whoever asks waits for the new ones. Where renewing
/// fails, the old ones serve until they have expired.
public actor CredentialCache {
    private let load: @Sendable () async throws(CredentialError) -> SessionCredentials
    private let now: @Sendable () -> Int
    private var current: SessionCredentials?
    private var renewal: Task<Result<SessionCredentials, CredentialError>, Never>?
    private var nextRenewal = 0

    /// Renewed in the background from this many seconds before the expiry.
    static let advisory = 900
    /// Waited for from this many seconds before the expiry.
    static let mandatory = 600
    /// Seconds between two attempts in the background.
    static let pause = 60

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - load: fetches credentials.
    public init(
        now: @escaping @Sendable () -> Int,
        load: @escaping @Sendable () async throws(CredentialError) -> SessionCredentials
    ) {
        self.now = now
        self.load = load
    }

    /// Credentials that are good now.
    public func credentials() async throws(CredentialError) -> SigningCredentials {
        guard let current else { return try await renewed() }
        guard let expiry = current.expiry else { return current.signing }
        let left = expiry - now()
        if left > Self.advisory { return current.signing }
        if left > Self.mandatory {
            if now() >= nextRenewal { begin() }
            return current.signing
        }
        do {
            return try await renewed()
        } catch {
            guard expiry > now() else { throw error }
            return current.signing
        }
    }

    /// The provider did not accept what was given out: the next to ask waits for new ones.
    ///
    /// - Parameter refused: what was not accepted. If others have taken their place by now, these stay.
    public func invalidate(_ refused: SigningCredentials) {
        if current?.signing == refused { current = nil }
    }

    private func renewed() async throws(CredentialError) -> SigningCredentials {
        try await begin().value.get().signing
    }

    @discardableResult
    private func begin() -> Task<Result<SessionCredentials, CredentialError>, Never> {
        if let renewal { return renewal }
        nextRenewal = now() + Self.pause
        // On its own: who asked for it may leave while others still wait.
        let task = Task { [load] () async -> Result<SessionCredentials, CredentialError> in
            do throws(CredentialError) {
                let fresh = try await load()
                self.ended(fresh)
                return .success(fresh)
            } catch {
                self.ended(nil)
                return .failure(error)
            }
        }
        renewal = task
        return task
    }

    private func ended(_ fresh: SessionCredentials?) {
        if let fresh { current = fresh }
        renewal = nil
    }
}
