import EventLoop
import TLS

/// What a worker knows of one listener: what it makes of requests, and its TLS context.
final class ListenerContext {
    let core: GatewayCore
    /// As the configuration calls it.
    let name: String
    let routing: ListenerRouting
    /// The address it listens on, for the access log.
    let address: String
    /// Its certificate's file, likewise; nil without TLS.
    let certificateFile: String?
    /// New connections get this one's certificate.
    var tls: TLSContext?

    init(core: GatewayCore, index: Int, descriptor: Int32) throws {
        let listener = core.configuration.listeners[index]
        self.core = core
        name = listener.name
        address = listener.address
        routing = ListenerRouting(core.configuration, listener: index, port: try Sockets.port(of: descriptor))
        certificateFile =
            routing.isSecure
            ? listener.certificates.first?.certificateFile ?? core.localCertificates?.chainFile : nil
        tls = routing.isSecure ? try core.makeTLSContext(for: listener) : nil
    }
}
