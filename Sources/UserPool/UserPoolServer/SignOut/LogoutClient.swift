import Accounts
import AsyncHTTPClient
import NIOCore
import NIOSSL
import Operations

/// Posts logout tokens to one address: TLS with the system's roots and one more file, no redirects, five seconds.
final class LogoutClient: Sendable {
    private let address: String
    private let http: HTTPClient

    private static let deadline = TimeAmount.seconds(5)

    /// - Parameters:
    ///   - address: https, or http on this host.
    ///   - trustedRoots: a PEM file of further authorities; nil for none.
    init(address: String, trustedRoots: String?) throws(OperationsError) {
        self.address = address
        var tls = TLSConfiguration.makeClientConfiguration()
        if let trustedRoots {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(trustedRoots), !certificates.isEmpty else {
                throw OperationsError(
                    "\(trustedRoots) holds no certificate. Correct TrustedRootsFile, or leave it out.")
            }
            tls.additionalTrustRoots = [.certificates(certificates)]
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = Self.deadline
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // A pool that ends before it began has nobody who would wait for this.
        http.shutdown { _ in }
    }

    /// Sends a token; why it was not taken, or nil.
    func send(_ token: String) async -> String? {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: FormParameters.encode([("logout_token", token)])))
        do {
            let response = try await http.execute(request, timeout: Self.deadline)
            // Whatever it says: the status counts.
            _ = try? await response.body.collect(upTo: 16 * 1024)
            return (200..<300).contains(Int(response.status.code)) ? nil : "it answered \(response.status.code)"
        } catch {
            return "it cannot be reached: \(error)"
        }
    }
}
