import HTTP1
import Wire

/// Reads one response out of the bytes of a connection (RFC 9112), the body up to a limit. Interim responses are passed over.
struct ResponseCollector {
    /// What the bytes came to.
    enum Step: Equatable {
        case needMore
        /// The response is complete.
        /// - Parameter keepsAlive: whether the connection is good for a further request.
        case complete(OutboundResponse, keepsAlive: Bool)
        case failed(OutboundFault)
    }

    private let limit: Int
    private var scanner = HeadScanner()
    private var head = ResponseHead()
    /// Bytes of an unfinished head.
    private var waiting: [UInt8] = []
    /// How many of the bytes that were looked at last are behind: what follows is an unfinished head.
    private var consumed = 0
    private var reader: BodyReader?
    private var contentType = ""
    private var body: [UInt8] = []
    private var interimResponses = 0
    private var receivedBytes = 0

    /// Whether anything has come.
    var hasBegun: Bool { receivedBytes > 0 }

    /// Bytes besides four times the body's limit: heads, and frames of chunks.
    static let overheadLimit = 1 << 20
    /// Interim responses one request may have.
    static let interimLimit = 16

    /// - Parameter limit: bytes the body may have.
    init(limit: Int) { self.limit = limit }

    /// Bytes came.
    mutating func received(_ bytes: Span<UInt8>) -> Step {
        receivedBytes += bytes.count
        // Frames of chunks may be many times as long as what they frame.
        guard receivedBytes <= 4 * limit + Self.overheadLimit else { return .failed(.tooLarge) }
        guard waiting.isEmpty else { return goOn(with: bytes) }
        let step = process(bytes)
        if step == .needMore, reader == nil { Self.append(bytes.extracting(consumed..<bytes.count), to: &waiting) }
        return step
    }

    /// Looks at an unfinished head and what came behind it. What waits is moved out and back, never copied: a server may send byte by byte.
    private mutating func goOn(with bytes: Span<UInt8>) -> Step {
        Self.append(bytes, to: &waiting)
        var all: [UInt8] = []
        swap(&all, &waiting)
        let step = process(all.span)
        if step == .needMore, reader == nil {
            all.removeFirst(consumed)
            swap(&all, &waiting)
        }
        return step
    }

    /// The server sends no more: for some bodies that is the end.
    mutating func ended() -> Step {
        guard let reader, reader.endsWithClose else {
            return .failed(.failed("the connection broke within the answer"))
        }
        return complete(keepsAlive: false)
    }

    private mutating func process(_ bytes: Span<UInt8>) -> Step {
        var position = 0
        do {
            while reader == nil {
                let rest = bytes.extracting(position..<bytes.count)
                consumed = position
                guard case .complete(let length) = try scanner.scan(rest, limits: .response) else { return .needMore }
                scanner = HeadScanner()
                try head.parse(rest, length: length)
                position += length
                try headReceived(rest)
            }
            return try readBody(bytes, from: position)
        } catch {
            return .failed(.failed("the answer is no HTTP: \(error)"))
        }
    }

    private mutating func headReceived(_ bytes: Span<UInt8>) throws(HeadError) {
        guard head.status >= 200 else {
            interimResponses += 1
            guard head.status != 101, interimResponses <= Self.interimLimit else { throw .badStatusCode }
            return
        }
        for field in head.fields where bytes.equals(field.name, ignoringCase: "content-type") {
            contentType = bytes.text(field.value)
            break
        }
        reader = BodyReader(head.framing(answeringHead: false))
    }

    private mutating func readBody(_ bytes: Span<UInt8>, from start: Int) throws(ChunkError) -> Step {
        guard var reader else { return .needMore }
        if let length = head.statedLength, length > limit { return .failed(.tooLarge) }
        var position = start
        while let range = try reader.next(bytes, from: &position) {
            guard body.count + Int(range.count) <= limit else { return .failed(.tooLarge) }
            Self.append(bytes.extracting(range.lowerBound..<range.upperBound), to: &body)
        }
        self.reader = reader
        if reader.isEnded { return complete(keepsAlive: head.keepsAlive && position == bytes.count) }
        return .needMore
    }

    private func complete(keepsAlive: Bool) -> Step {
        .complete(OutboundResponse(status: head.status, contentType: contentType, body: body), keepsAlive: keepsAlive)
    }

    private static func append(_ bytes: Span<UInt8>, to array: inout [UInt8]) {
        bytes.withUnsafeBufferPointer { array.append(contentsOf: $0) }
    }
}
