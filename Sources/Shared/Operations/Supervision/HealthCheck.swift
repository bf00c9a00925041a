import AsyncHTTPClient
import Logging
import NIOCore
import NIOSSL

/// Asks programs whether they work, the way their clients reach them.
struct HealthCheck: Sendable {
    /// One thing to ask for.
    enum Probe: Sendable, Equatable {
        /// `GET /health` over a Unix socket: wants 200.
        case socket(path: String)
        /// `GET` of a URL: wants any answer.
        case url(String)
        /// `GET` of a URL at a listener that the configuration may leave out: wants 200, or any answer below 500, or
        /// that nothing listens on the port. To be asked once the listeners are known to be open.
        case listener(String, port: Int, wants200: Bool)
    }

    private let client: HTTPClient

    /// - Parameter caFile: the CA whose certificates are trusted.
    init(caFile: String) throws(OperationsError) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(caFile)
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(2), read: .seconds(2)))
        configuration.httpVersion = .http1Only
        // A check that keeps a connection open would be one to drain when the gateway stops.
        configuration.connectionPool.idleTimeout = .milliseconds(1)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Whether all of `probes` are answered as wanted, now.
    func passes(_ probes: [Probe]) async -> Bool {
        for probe in probes where await !passes(probe) { return false }
        return true
    }

    /// Asks until all of `probes` are answered as wanted. Ends early when the task is cancelled.
    func waitUntilPassing(_ probes: [Probe]) async -> Bool {
        while !Task.isCancelled {
            if await passes(probes) { return true }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// To be called once, at the end.
    func shutdown() async {
        try? await client.shutdown()
    }

    private func passes(_ probe: Probe) async -> Bool {
        switch probe {
        case .socket(let path):
            let host = PercentEncoding.encode(path)
            return await status(of: "http+unix://\(host)/health") == 200
        case .url(let url): return await status(of: url) != nil
        case .listener(let url, let port, let wants200):
            guard let status = await status(of: url) else {
                return (try? PortReservation.choose([.init(purpose: url, port: port)])) != nil
            }
            return wants200 ? status == 200 : status < 500
        }
    }

    private func status(of url: String) async -> UInt? {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "connection", value: "close")
        guard let response = try? await client.execute(request, timeout: .seconds(3)) else { return nil }
        _ = try? await response.body.collect(upTo: 1 << 20)
        return response.status.code
    }
}
