import AsyncHTTPClient
import NIOCore

/// Sends requests to a server on a Unix socket.
public struct SocketClient: Sendable {
    /// What came back.
    public struct Answer: Sendable {
        /// The status.
        public let status: Int
        /// The body.
        public let body: [UInt8]
    }

    /// The socket's path.
    public let path: String

    /// - Parameter path: the socket's path.
    public init(path: String) {
        self.path = path
    }

    /// Sends a request and takes the whole answer.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - target: path and query; encoded already.
    ///   - fields: header fields.
    ///   - body: the request's body; nil for none.
    ///   - limit: bytes of the longest answer that is taken.
    /// - Throws: a sentence for the operator if nobody listens on the socket, or no whole answer came within 30 seconds.
    public func send(
        _ method: String, _ target: String, fields: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        limit: Int = 64 << 20
    ) async throws(OperationsError) -> Answer {
        guard UnixSocket.isListening(path: path) else {
            throw OperationsError("Nothing answers on \(path).")
        }
        var request = HTTPClientRequest(url: "http+unix://\(PercentEncoding.encode(path))\(target)")
        request.method = .RAW(value: method)
        for field in fields { request.headers.add(name: field.name, value: field.value) }
        request.headers.add(name: "Connection", value: "close")
        if let body { request.body = .bytes(body) }
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            let content = try await response.body.collect(upTo: limit)
            return Answer(status: Int(response.status.code), body: Array(content.readableBytesView))
        } catch {
            throw OperationsError("\(path) gave no whole answer: \(error)")
        }
    }
}
