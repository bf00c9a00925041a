public import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The HTTP clients of this module.
public enum HTTPConnections {
    /// A client that follows no redirect, tries a connection once, and trusts the system's authorities.
    ///
    /// - Parameters:
    ///   - proxy: the way to the service, if it leads through a proxy.
    ///   - certificatesFile: PEM certificates to trust in place of the system's.
    ///   - connect: how long a connection may take.
    /// - Returns: a client that has to be shut down.
    public static func client(
        proxy: ProxySettings? = nil, certificatesFile: String? = nil, connect: Duration
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .nanoseconds(Int64(connect / .nanoseconds(1)))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_024
        configuration.httpVersion = .http1Only
        configuration.decompression = .disabled
        configuration.proxy = proxy?.proxy
        if let certificatesFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(certificatesFile)
            configuration.tlsConfiguration = tls
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}

extension ProviderFailure {
    /// What an error of the HTTP client means; nil for a cancellation and for errors that are not its.
    init?(_ error: any Error) {
        switch error {
        case let failure as ProviderFailure: self = failure
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout: self = .timeout(.connect)
            case .httpProxyHandshakeTimeout, .proxyAuthenticationRequired, .invalidProxyResponse:
                self = .connection(.proxyRefused)
            case .cancelled: return nil
            default: self = .connection(.broken)
            }
        case is NIOConnectionError, is NIOSSLError, is BoringSSLError: self = .connection(.notMade)
        case let error as IOError:
            self = .connection(
                [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH].contains(error.errnoCode) ? .notMade : .broken)
        case is ChannelError, is HTTPParserError: self = .connection(.broken)
        default: return nil
        }
    }
}
