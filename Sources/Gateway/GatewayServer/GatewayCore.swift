import EventLoop
import HTTP1
import Identity
import Logging
import OpenIDConnect
import Operations
import Pages
import Sessions
import TLS
import Wire

/// What all workers read and none changes: the configuration, the sessions, keys and pages.
public final class GatewayCore: Sendable {
    let configuration: GatewayConfiguration
    let sessionStore: SessionStore
    let identitySigner: IdentitySigner
    let directory: SignInDirectory
    let refresher: SessionRefresher
    /// Forms whose users sign in meanwhile.
    let heldRequests: HeldRequests
    /// By index as rules name their provider.
    var signIns: [SignInService] { directory.services }
    /// By index as rules name them.
    let bearers: [BearerAuthority]
    let assets: AssetCatalog
    /// What happened to who may do what.
    let audit: AuditLog
    /// Every request, where that is asked for.
    let accessLog: AccessLogWriter?
    /// How backends verify who is signed in.
    let publicKeys: PublicKeyDocuments
    /// What signed-in users do about their own sessions.
    let ownSessions: OwnSessions
    /// What was refused or failed lately.
    let failures = FailureLog()
    /// Files of the local authority's leaf, for HTTPS listeners without a certificate of their own.
    let localCertificates: LocalCertificatePaths?
    private let ticketKeys: [UInt8]

    let headLimits: HeadLimits
    let fieldNames: FieldNames
    let desyncMode: DesyncMode
    /// Bytes of the longest request body that goes to a backend.
    let bodyLimit: Int
    /// Milliseconds.
    let idleTimeout: Int64
    /// Milliseconds after which a client's connection takes its last request.
    let clientKeepAlive: Int64
    /// Milliseconds.
    let connectTimeout: Int64
    /// Milliseconds.
    let headerTimeout: Int64
    /// What is asked of slow clients.
    let pace: Pace.Limits
    /// Seals the cookie that keeps clients with their target group.
    let targetGroupCookie: TargetGroupCookie

    init(
        configuration: GatewayConfiguration, sessionStore: SessionStore, identitySigner: IdentitySigner,
        directory: SignInDirectory, heldRequests: HeldRequests, refresher: SessionRefresher, bearers: [BearerAuthority],
        targetGroupCookie: TargetGroupCookie, formToken: FormToken, assets: AssetCatalog, audit: AuditLog,
        accessLog: AccessLogWriter?, localCertificates: LocalCertificatePaths?
    ) {
        self.configuration = configuration
        self.sessionStore = sessionStore
        self.identitySigner = identitySigner
        publicKeys = PublicKeyDocuments(signer: identitySigner)
        self.directory = directory
        self.refresher = refresher
        self.bearers = bearers
        self.heldRequests = heldRequests
        self.targetGroupCookie = targetGroupCookie
        self.assets = assets
        self.audit = audit
        self.accessLog = accessLog
        ownSessions = OwnSessions(
            directory: directory, sessions: SessionDirectory(store: sessionStore), formToken: formToken, audit: audit)
        self.localCertificates = localCertificates
        let attributes = configuration.attributes
        headLimits = attributes.headLimits
        fieldNames = attributes.fieldNames
        desyncMode = attributes.desyncMode
        bodyLimit = attributes.bodyLimit == 0 ? .max : attributes.bodyLimit
        idleTimeout = Int64(attributes.idleTimeout) * 1000
        clientKeepAlive = Int64(attributes.clientKeepAlive) * 1000
        connectTimeout = Int64(attributes.connectTimeout) * 1000
        headerTimeout = Int64(attributes.clientHeaderTimeout) * 1000
        pace = Pace.Limits(grace: headerTimeout, minimumRate: Int64(attributes.minimumRate), idle: idleTimeout)
        ticketKeys = RandomText.bytes(TLSContext.ticketKeyLength)
    }

    /// A TLS context for one worker and listener.
    func makeTLSContext(for listener: GatewayConfiguration.Listener) throws -> TLSContext {
        let contexts = try listener.certificates.map { certificate in
            try TLSContext(
                certificateChainFile: certificate.certificateFile, privateKeyFile: certificate.keyFile,
                ticketKeys: ticketKeys, offersHTTP2: configuration.attributes.http2Enabled)
        }
        if let first = contexts.first {
            try first.serve(Array(contexts.dropFirst()))
            return first
        }
        guard let localCertificates else {
            preconditionFailure("the local certificates are made when a listener needs them")
        }
        return try TLSContext(
            certificateChainFile: localCertificates.chainFile, privateKeyFile: localCertificates.keyFile,
            ticketKeys: ticketKeys, offersHTTP2: configuration.attributes.http2Enabled)
    }
}
