import Audit
import Crypto
import Foundation
import HTTP1
import Logging
import OpenIDConnect
import Operations
import Pages
import Sessions
import TLS

/// What outlives a reload of the configuration: sessions and their key, logs, and what is held or remembered for users. One for the process.
///
/// The settings that it is made of change with a restart only: ``GatewayConfiguration/requireReloadable(from:)``.
struct LastingParts: Sendable {
    let state: StateDirectory
    let environment: [String: String]
    let sessionStore: SessionStore
    /// 32 bytes that seal sign-in state and the journal of sessions.
    let sessionKey: [UInt8]
    /// With it any worker resumes any TLS session, also one of before a reload.
    let ticketKeys = RandomText.bytes(TLSContext.ticketKeyLength)
    /// Forms whose users sign in meanwhile.
    let heldRequests: HeldRequests
    let assets = SharedAssets.catalog(prefix: "/.gatehouse/", adding: SharedAssets.gatewayScripts)
    /// What happened to who may do what.
    let audit: AuditLog
    /// Every request, where that is asked for.
    let accessLog: AccessLogWriter?
    /// What was refused or failed lately.
    let failures = FailureLog()
    /// What providers have published.
    let documents: DocumentCache
    let services: CurrentServices
    /// Where ended sessions give their tokens back.
    let tokenReturn: TokenReturn
    let metrics: GatewayMetrics
    /// Renews sessions in use.
    let refresher: SessionRefresher
    /// Callbacks are taken once, also one of before a reload.
    let spentSignIns = SpentSignIns(limit: 65_536)
    /// Logout tokens are taken once.
    let takenLogoutTokens = TakenLogoutTokens()
    let log: Logger

    /// Makes what is missing in the state folder, and opens it.
    ///
    /// - Throws: ``OperationsError`` and the like, each a sentence for the operator.
    static func open(
        _ configuration: GatewayConfiguration, state: StateDirectory, environment: [String: String], log: Logger
    ) throws -> LastingParts {
        try state.prepare()
        let attributes = configuration.attributes
        let sessionKey = try openSessionKey(state)
        let metrics = GatewayMetrics()
        let services = CurrentServices()
        let sessions = try openSessions(configuration, key: sessionKey, state: state, log: log)
        let parts = LastingParts(
            state: state, environment: environment,
            sessionStore: sessions, sessionKey: sessionKey,
            heldRequests: HeldRequests(bodyLimit: attributes.heldBodyLimit, totalLimit: attributes.heldTotalLimit),
            audit: try AuditLog(
                path: state.resolve("logs/audit.jsonl"), fileLimit: attributes.auditFileLimit, log: log,
                observer: metrics.audited),
            accessLog: try openAccessLog(configuration, state: state, log: log),
            documents: openDocumentCache(state, log: log), services: services,
            tokenReturn: TokenReturn(services: services), metrics: metrics,
            refresher: SessionRefresher(sessions: sessions, services: services, metrics: metrics, log: log), log: log)
        parts.watchSessions()
        return parts
    }

    private func watchSessions() {
        sessionStore.onEnd { [log, audit, metrics] record, reason in
            metrics.sessionEnded(reason)
            log.info("session ended", metadata: ["session": "\(record.digest)", "reason": "\(reason.rawValue)"])
            if let event = AuditEvent(ofItself: record, reason) { audit.record(event) }
        }
        sessionStore.onEnd(tokenReturn.sessionEnded)
    }

    /// The log of requests, if it is asked for.
    private static func openAccessLog(
        _ configuration: GatewayConfiguration, state: StateDirectory, log: Logger
    ) throws -> AccessLogWriter? {
        let attributes = configuration.attributes
        guard attributes.logsAccess else { return nil }
        // As the load balancer names itself in its logs: the end of its ARN.
        let arn = configuration.loadBalancerArn
        let name = arn.range(of: ":loadbalancer/").map { String(arn[$0.upperBound...]) } ?? arn
        return try AccessLogWriter(
            path: state.resolve("logs/access.log"), gateway: name,
            limits: .init(fileBytes: attributes.accessFileLimit, files: attributes.accessFilesLimit), log: log)
    }

    /// What providers publish, in the state folder. It is a help and no need: what cannot be read or written is said and passed over.
    private static func openDocumentCache(_ state: StateDirectory, log: Logger) -> DocumentCache {
        DocumentCache(
            read: { name in
                do {
                    return try state.cachedCopy(name)
                } catch {
                    log.warning("a copy of a provider's document is not used", metadata: ["reason": "\(error)"])
                    return nil
                }
            },
            write: { name, bytes in
                do {
                    try state.keepCopy(bytes, as: name)
                } catch {
                    log.warning("a provider's document is not kept", metadata: ["reason": "\(error)"])
                }
            })
    }

    /// The sessions, those of before the last restart among them.
    private static func openSessions(
        _ configuration: GatewayConfiguration, key: [UInt8], state: StateDirectory, log: Logger
    ) throws -> SessionStore {
        let attributes = configuration.attributes
        let limits = SessionStore.Limits(count: attributes.sessionsLimit, bytes: attributes.sessionBytesLimit)
        let file = state.resolve("data/sessions.journal")
        // The configuration has no sealed sessions without a journal.
        guard attributes.keepsSessions else {
            // What a journal of before holds must not come back when there is one again.
            AppendFile.remove(file)
            return SessionStore(limits: limits)
        }
        return try SessionJournal.open(
            at: file, keyMaterial: key, providers: configuration.sessionProviders, limits: limits,
            now: Int(Date().timeIntervalSince1970), endsUnseen: attributes.sessionPlace == .cookie, log: log)
    }

    private static func openSessionKey(_ state: StateDirectory) throws -> [UInt8] {
        let text = try state.secretText("session-key") {
            SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
        }
        guard let key = Data(base64Encoded: text), key.count == 32 else {
            throw OperationsError(
                "\(state.resolve("secrets/session-key")) does not hold 32 bytes in base64. Delete it to make a new one; users then sign in again."
            )
        }
        return Array(key)
    }
}

extension GatewayConfiguration {
    /// Who vouches for the sessions of each identity provider, in their order.
    var sessionProviders: [SessionProvider] {
        identityProviders.map {
            SessionProvider(issuer: $0.issuer, client: $0.clientID, cookieName: $0.sessionCookieName)
        }
    }
}
