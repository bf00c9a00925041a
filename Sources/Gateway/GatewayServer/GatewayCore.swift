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
    let failures: FailureLog
    /// Files of the local authority's leaf, for HTTPS listeners without a certificate of their own.
    let localCertificates: LocalCertificatePaths?
    /// Files it was made from whose content does not stand in the configuration, as they were.
    let filesRead: [String: FileVersion]
    /// What it shares with those of other configurations.
    let lasting: LastingParts

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
        configuration: GatewayConfiguration, lasting: LastingParts, filesRead: [String: FileVersion],
        identitySigner: IdentitySigner, directory: SignInDirectory, bearers: [BearerAuthority],
        targetGroupCookie: TargetGroupCookie, formToken: FormToken, localCertificates: LocalCertificatePaths?
    ) {
        self.configuration = configuration
        self.lasting = lasting
        self.filesRead = filesRead
        sessionStore = lasting.sessionStore
        heldRequests = lasting.heldRequests
        assets = lasting.assets
        audit = lasting.audit
        accessLog = lasting.accessLog
        failures = lasting.failures
        self.identitySigner = identitySigner
        publicKeys = PublicKeyDocuments(signer: identitySigner)
        self.directory = directory
        refresher = lasting.refresher
        self.bearers = bearers
        self.targetGroupCookie = targetGroupCookie
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
    }

    /// For each listener what its connections on one worker are encrypted with; nil without TLS. Reads certificates and keys.
    ///
    /// - Throws: `TLSError`, a sentence for the operator that names the file.
    func makeTLSContexts() throws -> [TLSContext?] {
        try configuration.listeners.map { listener in
            guard listener.protocol == .https else { return nil }
            let contexts = try certificates(of: listener).map {
                try TLSContext(
                    certificateChainFile: $0.certificateFile, privateKeyFile: $0.keyFile,
                    ticketKeys: lasting.ticketKeys, offersHTTP2: configuration.attributes.http2Enabled)
            }
            try contexts[0].serve(Array(contexts.dropFirst()))
            return contexts[0]
        }
    }

    /// Those of all listeners.
    var certificates: [GatewayConfiguration.Listener.Certificate] {
        configuration.listeners.flatMap(certificates(of:))
    }

    /// A listener's certificates, the default one first: its own, else the local authority's leaf; none without TLS.
    func certificates(of listener: GatewayConfiguration.Listener) -> [GatewayConfiguration.Listener.Certificate] {
        guard listener.protocol == .https else { return [] }
        if !listener.certificates.isEmpty { return listener.certificates }
        guard let localCertificates else {
            preconditionFailure("the local certificates are made when a listener needs them")
        }
        return [.init(certificateFile: localCertificates.chainFile, keyFile: localCertificates.keyFile)]
    }
}
