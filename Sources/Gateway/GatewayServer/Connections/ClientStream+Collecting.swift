import HTTP1
import Proxy
import Wire

/// A request's body that the gateway itself wants, whole, instead of a backend.
final class CollectedBody {
    fileprivate let limit: Int
    fileprivate var bytes: [UInt8] = []
    fileprivate let whenComplete: (any ClientStream, [UInt8]) -> Void

    fileprivate init(limit: Int, whenComplete: @escaping (any ClientStream, [UInt8]) -> Void) {
        self.limit = limit
        self.whenComplete = whenComplete
    }
}

extension ClientStream {
    /// Takes the body of the request whose head the worker holds; the client is given as long as any sender of a body.
    ///
    /// - Parameters:
    ///   - limit: bytes; a longer one is answered 413.
    ///   - whenComplete: gets the body once it is whole, and answers.
    func collectBody(limit: Int, _ whenComplete: @escaping (any ClientStream, [UInt8]) -> Void) {
        let framing = worker.requestHead.framing
        if case .length(let count) = framing, count > limit {
            return respond(error: GatewayErrors.bodyTooLarge(requestID: RequestID.make()), closes: true)
        }
        let body = CollectedBody(limit: limit, whenComplete: whenComplete)
        guard framing != .none, framing != .length(0) else { return whenComplete(self, []) }
        request.collected = body
        exchange = Exchange(isIdempotent: false, hasBody: true, onKeptConnection: false)
        requestHeadForwarded()
    }

    /// A piece of the body that no backend gets.
    func collect(_ bytes: Span<UInt8>, _ range: ByteRange) {
        guard let collected = request.collected else { return }
        guard collected.bytes.count + Int(range.count) <= collected.limit else {
            request.collected = nil
            exchange = nil
            return respond(error: GatewayErrors.bodyTooLarge(requestID: RequestID.make()), closes: true)
        }
        for index in range.lowerBound..<range.upperBound { collected.bytes.append(bytes[index]) }
    }

    /// The body is whole.
    func bodyCollected(_ collected: CollectedBody) {
        request.collected = nil
        exchange = nil
        requestForwarded()
        collected.whenComplete(self, collected.bytes)
    }
}
