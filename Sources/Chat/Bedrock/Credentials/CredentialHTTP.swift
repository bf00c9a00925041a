import AsyncHTTPClient
import NIOCore

/// Small requests to the places that hand out credentials.
struct CredentialHTTP: Sendable {
    let client: HTTPClient

    /// Sends a request and reads the whole answer, of at most 64 KiB.
    ///
    /// - Parameter retries: how often it is tried again after no answer or a 5xx, a second apart.
    /// - Throws: ``CredentialError/unreachable(_:)`` and ``CredentialError/refused(_:status:)``.
    func send(
        _ method: String, _ url: String, headers: [(String, String)], body: String? = nil,
        from source: CredentialError.Source, timeout: TimeAmount, retries: Int = 0
    ) async throws(CredentialError) -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        var left = retries
        while true {
            do {
                return try await once(request, source, timeout)
            } catch {
                guard left > 0, error.mayPass else { throw error }
            }
            left -= 1
            guard (try? await Task.sleep(for: .seconds(1))) != nil else { throw .unreachable(source) }
        }
    }

    private func once(
        _ request: HTTPClientRequest, _ source: CredentialError.Source, _ timeout: TimeAmount
    ) async throws(CredentialError) -> [UInt8] {
        let status: Int
        let body: ByteBuffer
        do {
            // The client's own time ends with the head.
            let deadline = MovingDeadline(.connect, in: .nanoseconds(timeout.nanoseconds))
            (status, body) = try await deadline.guarding { [client] in
                let response = try await client.execute(request, timeout: timeout)
                return (Int(response.status.code), try await response.body.collect(upTo: 65_536))
            }
        } catch {
            throw .unreachable(source)
        }
        guard status == 200 else { throw .refused(source, status: status) }
        return Array(body.readableBytesView)
    }
}

extension CredentialError {
    fileprivate var mayPass: Bool {
        switch self {
        case .unreachable: true
        case .refused(_, let status): status >= 500
        default: false
        }
    }
}
