import Glibc
import Logging
import OpenIDConnect
import Sessions
import Synchronization

/// Renews the tokens of sessions in use before they end, in the background: no request waits for it, and none fails because of it.
///
/// One refresh a session at a time, however many requests and workers notice that it is due. It is known by the session's whole digest, so no
/// session can come to another one's tokens.
final class SessionRefresher: Sendable {
    private let sessions: SessionStore
    private let services: CurrentServices
    private let metrics: GatewayMetrics
    private let log: Logger
    private let underway = Mutex<Set<SessionDigest>>([])

    /// Seconds after which a refresh that failed is tried again.
    static let interval = 30
    /// Seconds after which a refresh is thought of again that found too many under way.
    static let crowdInterval = 2
    /// Refreshes under way at once: a provider that hangs must not hold everything.
    static let limit = 64

    init(sessions: SessionStore, services: CurrentServices, metrics: GatewayMetrics, log: Logger) {
        self.sessions = sessions
        self.services = services
        self.metrics = metrics
        self.log = log
    }

    /// Called by a worker whose session is due. Takes it on unless somebody else has; never waits.
    func refreshDue(_ record: SessionRecord, now: Int) {
        let isCrowded = underway.withLock { $0.count >= Self.limit }
        guard record.claimRefresh(now: now, interval: isCrowded ? Self.crowdInterval : Self.interval), !isCrowded,
            underway.withLock({ $0.insert(record.digest).inserted })
        else { return }
        Task(executorPreference: ProviderLoop.shared) { [self] in
            await refresh(record)
            _ = underway.withLock { $0.remove(record.digest) }
        }
    }

    private func refresh(_ record: SessionRecord) async {
        let old = record.tokens
        guard let party = services.service(of: record.provider)?.relyingParty, let refreshToken = old.refreshToken
        else { return }
        let now: Int = Glibc.time(nil)
        let name: Logger.Metadata = ["session": "\(record.digest)"]
        switch await party.refresh(refreshToken, subject: old.claims.subject, now: now) {
        case .renewed(let renewed):
            metrics.renewal(.renewed)
            let life = old.accessTokenExpiry.map { $0 - old.grantedAt }
            let tokens = SessionTokens(
                claims: renewed.claims ?? old.claims, accessToken: renewed.accessToken,
                accessTokenExpiry: renewed.accessTokenExpiry ?? life.map { now + $0 },
                idToken: renewed.idToken ?? old.idToken, refreshToken: renewed.refreshToken ?? refreshToken,
                grantedAt: now)
            // False if the session was ended meanwhile.
            guard sessions.update(record.digest, tokens) else { return }
            if let problem = renewed.claimsProblem {
                record.scheduleRefresh(at: now + Self.interval)
                log.warning(
                    "a session's claims could not be renewed", metadata: name.merging(["reason": "\(problem)"]) { $1 })
            }
            // A refresh token that replaced another is on disk before it is used.
            await sessions.settled()
            log.info("session renewed", metadata: name)
        case .refused:
            metrics.renewal(.refused)
            sessions.end(record.digest, as: .refreshRefused)
        case .subjectChanged:
            metrics.renewal(.refused)
            sessions.end(record.digest, as: .subjectChanged)
        case .failed(let reason):
            metrics.renewal(.failed)
            log.warning("a session could not be renewed", metadata: name.merging(["reason": "\(reason)"]) { $1 })
        }
    }
}
