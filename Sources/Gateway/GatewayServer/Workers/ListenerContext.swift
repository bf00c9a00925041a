import TLS

/// What a worker knows of one listener: what it makes of requests, and its TLS context.
final class ListenerContext {
    let core: GatewayCore
    /// As the configuration calls it.
    let name: String
    let routing: ListenerRouting
    /// The address it listens on, for the access log.
    let address: String
    let metrics: ListenerMetrics
    /// New connections get this one's certificate.
    var tls: TLSContext?

    /// - Parameter tls: its first context, from ``GatewayCore/makeTLSContexts()``.
    init(core: GatewayCore, index: Int, port: UInt16, tls: TLSContext?, metrics: ListenerMetrics) {
        let listener = core.configuration.listeners[index]
        self.core = core
        name = listener.name
        address = listener.address
        routing = ListenerRouting(core.configuration, listener: index, port: port)
        self.metrics = metrics
        self.tls = tls
    }
}
