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
    private(set) var tls: TLSContext?
    private let index: Int

    init(core: GatewayCore, index: Int, descriptor: Int32) throws {
        let listener = core.configuration.listeners[index]
        self.core = core
        self.index = index
        name = listener.name
        address = listener.address
        routing = ListenerRouting(core.configuration, listener: index, port: try Sockets.port(of: descriptor))
        certificateFile =
            routing.isSecure
            ? listener.certificates.first?.certificateFile ?? core.localCertificates?.chainFile : nil
        tls = routing.isSecure ? try core.makeTLSContext(for: listener) : nil
    }

    /// Reads certificate and key again, for connections that come from now on.
    func readCertificate() throws {
        guard routing.isSecure else { return }
        tls = try core.makeTLSContext(for: core.configuration.listeners[index])
    }
}
