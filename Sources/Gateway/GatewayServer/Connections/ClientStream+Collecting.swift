import HTTP1
import Proxy
import Wire

/// A request's body that the gateway itself wants, whole, instead of a backend.
final class CollectedBody {
    fileprivate let limit: Int
    fileprivate var bytes: [UInt8] = []
    fileprivate let whenComplete: (any ClientStream, [UInt8]) -> Void
    fileprivate let whenTooLong: (any ClientStream) -> Void

    fileprivate init(
        limit: Int, whenTooLong: @escaping (any ClientStream) -> Void,
        whenComplete: @escaping (any ClientStream, [UInt8]) -> Void
    ) {
        self.limit = limit
        self.whenTooLong = whenTooLong
        self.whenComplete = whenComplete
    }
}

extension ClientStream {
    /// Takes the body of the request whose head the worker holds; the client is given as long as any sender of a body.
    ///
    /// - Parameters:
    ///   - limit: bytes.
    ///   - whenTooLong: answers a request whose body is longer.
    ///   - whenComplete: gets the body once it is whole, and answers.
    func collectBody(
        limit: Int,
        whenTooLong: @escaping (any ClientStream) -> Void = {
            $0.respond(error: GatewayErrors.bodyTooLarge(requestID: RequestID.make()), closes: true)
        }, _ whenComplete: @escaping (any ClientStream, [UInt8]) -> Void
    ) {
        let framing = worker.requestHead.framing
        if case .length(let count) = framing, count > limit { return whenTooLong(self) }
        let body = CollectedBody(limit: limit, whenTooLong: whenTooLong, whenComplete: whenComplete)
        guard framing != .none, framing != .length(0) else { return whenComplete(self, []) }
        request.collected = body
        exchange = Exchange(isIdempotent: false, hasBody: true, onKeptConnection: false)
        requestHeadForwarded()
    }

    /// A piece of the body that no backend gets.
    func collect(_ bytes: Span<UInt8>, _ range: ByteRange) {
        guard let collected = request.collected else { return }
        guard collected.bytes.count + Int(range.count) <= collected.limit else {
            endCollecting()
            return collected.whenTooLong(self)
        }
        bytes.withUnsafeBytes { collected.bytes.append(contentsOf: $0[range.lowerBound..<range.upperBound]) }
    }

    /// The body is whole.
    func bodyCollected(_ collected: CollectedBody) {
        endCollecting()
        collected.whenComplete(self, collected.bytes)
    }

    private func endCollecting() {
        request.collected = nil
        exchange = nil
        requestForwarded()
    }
}
