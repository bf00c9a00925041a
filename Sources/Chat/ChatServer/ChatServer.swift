public import Conversations
public import Hummingbird
import HummingbirdCore
import Identity
public import Logging
import Operations
import Pages
public import ServiceLifecycle

/// The chat as a whole: what is served, and how it ends.
public struct ChatServer: Sendable {
    private let configuration: ChatConfiguration
    private let logger: Logger
    private let store: any ConversationStore
    private let registry: GenerationRegistry
    let metrics = ChatMetrics()
    let responder: RouterResponder<ChatRequestContext>
    /// Every route there is, such as `GET /api/me`; for tests that must try them all.
    let routes: [String]

    /// Puts the parts together; nothing listens yet.
    ///
    /// - Parameters:
    ///   - configuration: a checked configuration.
    ///   - store: where conversations are kept.
    ///   - model: who answers.
    ///   - logger: takes the records; message text never is among them.
    public init(
        configuration: ChatConfiguration, store: any ConversationStore, model: any ChatModel, logger: Logger
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.store = store
        registry = GenerationRegistry(
            store: store, model: model, limits: configuration.limits, metrics: metrics, logger: logger)
        let page = try ChatPage(
            sessionsPath: configuration.sessionsPath, signOutPath: configuration.signOutPath,
            modelNotice: model.descriptor.simulated ? model.descriptor.label : "")
        let source = configuration.identity
        let router = Router(context: ChatRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorResponder(assets: page.assets, metrics: metrics))
        router.add(
            middleware: IdentityGuard(
                verifier: IdentityVerifier(
                    keysDirectory: source.keysDirectory, signer: source.signer, issuer: source.issuer,
                    client: source.client),
                issuer: source.issuer, store: store))
        router.add(middleware: UserRequestLimit(perUser: configuration.limits.requestsPerUser))
        router.add(middleware: CrossSiteGuard())
        router.add(middleware: PageResponder(page: page))
        HealthRoutes(model: model).add(to: router)
        ProfileRoutes(
            store: store, model: model.descriptor, limits: configuration.limits,
            administrators: configuration.administrators
        ).add(to: router)
        let pages = Permits<UserID>(limit: configuration.limits.pagesPerUser)
        ConversationRoutes(store: store, registry: registry, pages: pages).add(to: router)
        ExchangeRoutes(store: store, limits: configuration.limits, pages: pages).add(to: router)
        AttachmentRoutes(store: store, limits: configuration.limits, pages: pages).add(to: router)
        GenerationRoutes(registry: registry).add(to: router)
        AssetRoutes(page: page).add(to: router)
        routes = router.routes.map { "\($0.method.rawValue) \($0.path)" }
        responder = router.buildResponder()
    }

    /// The application on its Unix socket, open to this user only.
    public func application() -> some ApplicationProtocol {
        let path = configuration.socketPath
        return Application(
            responder: responder,
            server: .http1(configuration: .init(additionalChannelHandlers: [TrustedPeers(logger: logger)])),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.limits.connections)),
            onServerRunning: { [logger] channel in
                do {
                    try UnixSocket.restrict(path: path)
                    logger.notice("listening", metadata: ["socket": "\(path)"])
                } catch {
                    // Better not to serve than to serve everybody.
                    logger.critical("\(error)")
                    channel.close(promise: nil)
                }
            }, logger: logger)
    }

    /// The service that removes for good what was deleted and what is not to be kept.
    public func upkeep() -> some Service {
        UpkeepService(store: store, retention: configuration.retention, logger: logger)
    }

    /// The application that serves metrics to this user's processes; `nil` where no socket for it is configured.
    public func operatorApplication() -> (any Service)? {
        guard !configuration.operatorSocketPath.isEmpty else { return nil }
        return OperatorApplication(
            socketPath: configuration.operatorSocketPath, metrics: metrics, logger: logger
        ).application()
    }

    /// The service that ends running answers at shutdown. It must stand after the application in a service group, so
    /// that it is told first.
    public func drain() -> some Service {
        DrainService(registry: registry, time: .seconds(configuration.drainSeconds))
    }
}

/// Waits for shutdown, then for the running answers.
private struct DrainService: Service {
    let registry: GenerationRegistry
    let time: Duration

    func run() async throws {
        try? await gracefulShutdown()
        await registry.drain(within: time)
    }
}
