import AsyncHTTPClient
import Logging
import NIOCore
import NIOSSL

/// Talks to one provider: TLS with the system's roots and one more file, no redirects, no proxy, a deadline for the whole
/// exchange and a limit for the body.
final class ProviderClient: Sendable {
    /// What came back.
    struct Response: Sendable {
        let status: Int
        let contentType: String
        let body: [UInt8]

        var isSuccess: Bool { (200..<300).contains(status) }

        /// `type/subtype` in lower case, without parameters.
        var mediaType: String {
            let type = contentType.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
            return type.lowercased()
        }
    }

    /// Why nothing did.
    enum Fault: Error {
        case timedOut
        case tooLarge
        /// Holds the reason, for the log.
        case unreachable(String)
    }

    private let http: HTTPClient
    private let deadline: Duration

    /// - Parameters:
    ///   - trustRoots: a PEM file of further certificate authorities.
    ///   - deadline: for one exchange, connecting and body included.
    init(trustRoots: String?, deadline: Duration) throws(ProviderConfigurationError) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let trustRoots {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(trustRoots), !certificates.isEmpty else {
                throw ProviderConfigurationError(
                    description:
                        "\(trustRoots) is no readable PEM file of certificates; name the CA's certificate there")
            }
            tls.additionalTrustRoots = [.certificates(certificates)]
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        // The first failure is the answer: trying on until the deadline would hide what is wrong, such as an unknown authority.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .nanoseconds(Int64(deadline / .nanoseconds(1)))
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.deadline = deadline
    }

    deinit {
        // A gateway that ends before it began, for another provider's sake, has nobody who would wait for this.
        http.shutdown { _ in }
    }

    func get(
        _ url: EndpointURL, bearer: String? = nil, accept: String = "application/json", limit: Int
    ) async throws(Fault) -> Response {
        var request = HTTPClientRequest(url: url.text)
        request.headers.add(name: "accept", value: accept)
        if let bearer { request.headers.add(name: "authorization", value: "Bearer " + bearer) }
        return try await send(request, limit: limit)
    }

    func post(_ url: EndpointURL, form: String, authorization: String?, limit: Int) async throws(Fault) -> Response {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        if let authorization { request.headers.add(name: "authorization", value: authorization) }
        request.body = .bytes(Array(form.utf8))
        return try await send(request, limit: limit)
    }

    /// Calls an operation of one of Amazon's JSON APIs, without a signature.
    func call(_ url: EndpointURL, target: String, json: [UInt8], limit: Int) async throws(Fault) -> Response {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-amz-json-1.1")
        request.headers.add(name: "x-amz-target", value: target)
        request.body = .bytes(json)
        return try await send(request, limit: limit)
    }

    func shutdown() async {
        // Fails only if it was shut down before.
        try? await http.shutdown()
    }

    private func send(_ request: HTTPClientRequest, limit: Int) async throws(Fault) -> Response {
        var request = request
        request.headers.add(name: "user-agent", value: "gatehouse")
        let outcome = await exchange(request, limit: limit)
        return try outcome.get()
    }

    /// The exchange against the clock: whichever ends first cancels the other.
    private func exchange(_ request: HTTPClientRequest, limit: Int) async -> Result<Response, Fault> {
        await withTaskGroup(of: Result<Response, Fault>.self) { [http, deadline] group in
            group.addTask { await Self.perform(request, with: http, deadline: deadline, limit: limit) }
            group.addTask {
                try? await Task.sleep(for: deadline)
                return .failure(.timedOut)
            }
            let first = await group.next() ?? .failure(.timedOut)
            group.cancelAll()
            return first
        }
    }

    private static func perform(
        _ request: HTTPClientRequest, with http: HTTPClient, deadline: Duration, limit: Int
    ) async -> Result<Response, Fault> {
        do {
            let response = try await http.execute(request, timeout: .nanoseconds(Int64(deadline / .nanoseconds(1))))
            let body = try await response.body.collect(upTo: limit)
            return .success(
                Response(
                    status: Int(response.status.code), contentType: response.headers.first(name: "content-type") ?? "",
                    body: Array(body.readableBytesView)))
        } catch is NIOTooManyBytesError {
            return .failure(.tooLarge)
        } catch let error as HTTPClientError
            where [.deadlineExceeded, .connectTimeout, .readTimeout, .cancelled].contains(error)
        {
            return .failure(.timedOut)
        } catch {
            return .failure(.unreachable(reason(error)))
        }
    }

    /// What the operator should know about a failed connection.
    private static func reason(_ error: any Error) -> String {
        let text = String(describing: error)
        // The library has no type for this one.
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is not trusted; name the authority's PEM file as TrustedRootsFile"
        }
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return "its certificate is for another host name"
        }
        return text
    }
}
