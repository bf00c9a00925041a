import Hummingbird

/// What a request carries through the router.
struct PoolContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    /// No form of the pool is longer, in bytes.
    static let maximumBody = 16 * 1024

    var maxUploadSize: Int { Self.maximumBody }

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}
