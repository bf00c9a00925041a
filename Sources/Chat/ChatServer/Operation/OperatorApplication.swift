import Hummingbird
import HummingbirdCore
import Logging
import Operations

/// What an operator's tools read, on a Unix socket of its own that no gateway leads to: `/metrics`.
struct OperatorApplication {
    let socketPath: String
    let metrics: ChatMetrics
    let logger: Logger

    /// The routes alone.
    func responder() -> some HTTPResponder<BasicRequestContext> {
        let router = Router()
        router.get("metrics") { [metrics] _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text)))
        }
        return router.buildResponder()
    }

    /// The application on its socket, open to this user only.
    func application() -> some ApplicationProtocol {
        Application(
            responder: responder(),
            server: .http1(configuration: .init(additionalChannelHandlers: [TrustedPeers(logger: logger)])),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath), serverName: nil),
            onServerRunning: { [logger, socketPath] channel in
                do {
                    try UnixSocket.restrict(path: socketPath)
                    logger.notice("metrics", metadata: ["socket": "\(socketPath)"])
                } catch {
                    logger.critical("\(error)")
                    channel.close(promise: nil)
                }
            }, logger: logger)
    }
}
