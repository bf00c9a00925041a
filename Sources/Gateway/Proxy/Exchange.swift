/// One request and its response on their way through the gateway: what has happened, and what follows when a side ends or fails.
///
/// A value that decides; the connections act. It knows no bytes, no sockets and no time.
public struct Exchange: Equatable, Sendable {
    /// What follows when the target's connection closes or fails.
    public enum UpstreamLoss: Equatable, Sendable {
        /// Send the same request over a new connection: nothing came back, and the connection was one kept from before.
        case retry
        /// Answer with this status.
        case answer(status: Int)
        /// The response has begun: end the client's connection, so that it sees a cut and no false end.
        case abort
        /// The close is the response's proper end.
        case bodyEnded
        /// The response went out whole before the request's end: the client's connection ends without haste.
        case close
    }

    /// What becomes of a connection after an exchange.
    public enum Fate: Equatable, Sendable {
        case keep
        case close
    }

    private enum Response: Sendable { case awaited, streaming, ended }

    private var response = Response.awaited
    private var requestEnded: Bool
    private var sentBody = false
    private var mayRetry: Bool

    /// An exchange whose request head was sent.
    ///
    /// - Parameters:
    ///   - isIdempotent: repeating the request does no harm (RFC 9110 §9.2.2).
    ///   - hasBody: a body follows the head.
    ///   - onKeptConnection: the target's connection has served an exchange before, so its close may have crossed this request.
    public init(isIdempotent: Bool, hasBody: Bool, onKeptConnection: Bool) {
        requestEnded = !hasBody
        mayRetry = isIdempotent && onKeptConnection
    }

    /// Whether the whole request went to the target.
    public var isRequestComplete: Bool { requestEnded }
    /// Whether the response's head went to the client.
    public var hasResponseBegun: Bool { response != .awaited }
    /// Whether the whole response went to the client.
    public var hasResponseEnded: Bool { response == .ended }

    /// A piece of the request's body was sent.
    public mutating func requestBodySent() { sentBody = true }

    /// The request's body was sent to its end.
    public mutating func requestBodyEnded() { requestEnded = true }

    /// The request is sent again over a new connection; there is no second repetition.
    public mutating func retried() { mayRetry = false }

    /// The final response's head arrived.
    public mutating func responseHeadReceived() { response = .streaming }

    /// The response's body arrived to its end: what becomes of both connections, or nil while the request is still on its way and
    /// both sides want to stay: then the rest of it is forwarded, and the exchange is complete once the target has the whole request.
    ///
    /// If either side leaves, the rest of the request is not waited for: both connections end, since what the client still sends
    /// cannot be told from a next request without reading it, and the target waits for the rest.
    ///
    /// - Parameter requestWaits: bytes of the request were taken from the client, and not yet by the target.
    public mutating func responseEnded(
        clientKeepsAlive: Bool, upstreamKeepsAlive: Bool, requestWaits: Bool = false
    ) -> (client: Fate, upstream: Fate)? {
        response = .ended
        if requestEnded, !requestWaits {
            return (clientKeepsAlive ? .keep : .close, upstreamKeepsAlive ? .keep : .close)
        }
        return clientKeepsAlive && upstreamKeepsAlive ? nil : (.close, .close)
    }

    /// The target's connection closed or failed. `endsBody`: the response's body has no other end than this.
    public func upstreamLost(endsBody: Bool) -> UpstreamLoss {
        switch response {
        case .awaited: mayRetry && !sentBody && requestEnded ? .retry : .answer(status: 502)
        case .streaming: endsBody ? .bodyEnded : .abort
        case .ended: .close
        }
    }

    /// The target was silent for too long.
    public func upstreamTimedOut() -> UpstreamLoss {
        switch response {
        case .awaited: .answer(status: 504)
        case .streaming: .abort
        case .ended: .close
        }
    }
}
