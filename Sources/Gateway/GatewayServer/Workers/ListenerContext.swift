import EventLoop
import TLS

/// What a worker knows of one listener: what it makes of requests, and its TLS context.
final class ListenerContext {
    let core: GatewayCore
    /// As the configuration calls it.
    let name: String
    let routing: ListenerRouting
    let tls: TLSContext?

    init(core: GatewayCore, index: Int, descriptor: Int32) throws {
        let listener = core.configuration.listeners[index]
        self.core = core
        name = listener.name
        routing = ListenerRouting(core.configuration, listener: index, port: try Sockets.port(of: descriptor))
        tls = routing.isSecure ? try core.makeTLSContext(for: listener) : nil
    }
}
