import HTTP1
import Wire

/// What a scanner says of bytes in the end.
enum ScanOutcome: Equatable {
    case needMore
    case complete(length: Int)
    case failed(HeadError)
}

/// Scans `bytes` as they arrive up to each of `cuts`, then whole.
func scan(_ bytes: [UInt8], cutAt cuts: [Int] = [], limits: HeadLimits = .request) -> ScanOutcome {
    var scanner = HeadScanner()
    do throws(HeadError) {
        for seen in cuts + [bytes.count] {
            if case .complete(let length) = try scanner.scan(bytes.span.extracting(0..<seen), limits: limits) {
                return .complete(length: length)
            }
        }
        return .needMore
    } catch {
        return .failed(error)
    }
}

/// Scans `bytes` one by one.
func scanByteByByte(_ bytes: [UInt8], limits: HeadLimits = .request) -> ScanOutcome {
    scan(bytes, cutAt: Array(0..<bytes.count), limits: limits)
}

/// A name and a value as text.
struct TextField: Equatable, CustomStringConvertible {
    var name: String
    var value: String
    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
    var description: String { "\(name): \(value)" }
}

/// Everything a request's head says, apart from its bytes.
struct ReadRequest: Equatable {
    var method: RequestHead.Method
    var methodName: String
    var target: String
    var minorVersion: UInt8
    var fields: [TextField]
    var known: [HeaderName]
    var framing: BodyFraming
    var connection: ConnectionOptions
    var host: String
    var expectsContinue: Bool
    var asksUpgrade: Bool
    var keepsAlive: Bool

    /// Parses the head of `length` bytes; `head` may hold what an earlier one left.
    init(_ bytes: [UInt8], length: Int, into head: inout RequestHead) throws(HeadError) {
        let span = bytes.span
        try head.parse(span, length: length)
        method = head.method
        methodName = span.text(head.methodName)
        target = span.text(head.target)
        minorVersion = head.minorVersion
        fields = head.fields.map { TextField(span.text($0.name), span.text($0.value)) }
        known = head.fields.map(\.known)
        framing = head.framing
        connection = head.connection
        host = span.text(head.host)
        expectsContinue = head.expectsContinue
        asksUpgrade = head.asksUpgrade
        keepsAlive = head.keepsAlive
    }
}

/// Scans and parses a request's head that is expected to be whole.
func readRequest(_ text: String) throws(HeadError) -> ReadRequest { try readRequest(Array(text.utf8)) }

func readRequest(_ bytes: [UInt8]) throws(HeadError) -> ReadRequest {
    switch scan(bytes) {
    case .failed(let error): throw error
    case .needMore: preconditionFailure("the test's head is whole")
    case .complete(let length):
        var head = RequestHead()
        return try ReadRequest(bytes, length: length, into: &head)
    }
}

/// Scans and parses a response's head that is expected to be whole.
func readResponse(_ text: String) throws(HeadError) -> ResponseHead {
    let bytes = Array(text.utf8)
    var scanner = HeadScanner()
    guard case .complete(let length) = try scanner.scan(bytes.span, limits: .response) else {
        preconditionFailure("the test's head is whole")
    }
    var head = ResponseHead()
    try head.parse(bytes.span, length: length)
    return head
}

/// The fault of a request's head, or nil.
func fault(ofRequest bytes: [UInt8]) -> HeadError? {
    do throws(HeadError) {
        _ = try readRequest(bytes)
        return nil
    } catch {
        return error
    }
}

/// The fault of a response's head, or nil.
func fault(ofResponse text: String) -> HeadError? {
    do throws(HeadError) {
        _ = try readResponse(text)
        return nil
    } catch {
        return error
    }
}
