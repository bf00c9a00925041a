import HTTP1
import Testing

/// One malformed head and the fault it is refused for.
struct Refusal: CustomTestStringConvertible, Sendable {
    var head: String
    var fault: HeadError
    init(_ head: String, _ fault: HeadError) {
        self.head = head
        self.fault = fault
    }
    var testDescription: String { "\(fault): \(head.debugDescription)" }
}

@Suite("Malformed and ambiguous requests are refused, however they arrive")
struct RequestRefusalTests {
    static let startLines: [Refusal] = [
        Refusal("\r\nHost: a\r\n\r\n", .badStartLine),
        Refusal(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("\tGET / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("GET\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("G\u{e9}T / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .spaceInTarget),
        Refusal("GET \r\nHost: a\r\n\r\n", .missingTarget),
        Refusal("GET  HTTP/1.1\r\nHost: a\r\n\r\n", .missingTarget),
        Refusal("GET /\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", .ambiguousTarget),
        Refusal("GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", .ambiguousTarget),
        Refusal("GET /caf\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", .ambiguousTarget),
        Refusal("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .ambiguousTarget),
        Refusal("GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", .spaceInTarget),
        Refusal("GET /a  HTTP/1.1\r\nHost: a\r\n\r\n", .spaceInTarget),
        Refusal("G ET / HTTP/1.1\r\nHost: a\r\n\r\n", .spaceInTarget),
        Refusal("GET * b HTTP/1.1\r\nHost: a\r\n\r\n", .spaceInTarget),
        Refusal("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/1.1\u{b}\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / \r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / http/1.1\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/1\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/1.\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/11\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/0.9\r\nHost: a\r\n\r\n", .unsupportedVersion),
        Refusal("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .unsupportedVersion),
        Refusal("GET / HTTP/2.1\r\nHost: a\r\n\r\n", .unsupportedVersion),
        Refusal("PRI * HTTP/2.0\r\n\r\n", .unsupportedVersion),
        Refusal("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotAllowed),
        Refusal("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotAllowed),
    ]

    /// Attacks 85 and 87: what makes two readers see different field lists.
    static let fieldLines: [Refusal] = [
        Refusal("GET / HTTP/1.1\nHost: a\n\n", .badLineEnd),
        Refusal("GET / HTTP/1.1\r\nHost: a\n\r\n", .badLineEnd),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\n\n", .badLineEnd),
        Refusal("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .badLineEnd),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n", .badFieldValue),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\r\n\r\n", .badFieldValue),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: b\u{0}\r\n\r\n", .badFieldValue),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX:\u{b}b\r\n\r\n", .controlCharacter),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", .emptyFieldName),
        Refusal("GET / HTTP/1.1\r\n: x\r\nHost: a\r\n\r\n", .emptyFieldName),
        Refusal("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\u{0}: chunked\r\n\r\n", .badFieldValue),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nname\r\n\r\n", .missingColon),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\n\r \r\n\r\n", .badFieldValue),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX\u{e9}: b\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", .foldedLine),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc: d\r\n\r\n", .foldedLine),
        Refusal("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedLine),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n", .emptyFieldName),
    ]

    /// Attacks 82 and 86: what makes two readers see different bodies.
    static let framing: [Refusal] = [
        inPost("Transfer-Encoding: xchunked", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding: chunkedx", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding: identity", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding: chunked, identity", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding: chunked,chunked", .multipleTransferEncodings),
        inPost("Transfer-Encoding: gzip, chunked", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding: \"chunked\"", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding: chunked;q=1", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding:", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding: ,chunked", .unsupportedTransferEncoding),
        inPost("Transfer-Encoding: chunked\u{b}", .controlCharacter),
        inPost("Transfer-Encoding: \u{c}chunked", .controlCharacter),
        inPost("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .multipleTransferEncodings),
        inPost("Transfer-Encoding: chunked\r\ntransfer-encoding: identity", .multipleTransferEncodings),
        inPost("Transfer-Encoding:\r\n chunked", .foldedLine),
        inPost("Transfer_Encoding: chunked", .suspiciousFraming),
        inPost("TRANSFER_ENCODING: x", .suspiciousFraming),
        inPost("Content_Length: 5", .suspiciousFraming),
        inPost("Content-Length: 5\r\nContent_Length: 5", .suspiciousFraming),
        inPost("Content-Length: 5\r\nContent-Length: 5", .duplicateContentLength),
        inPost("Content-Length: 5\r\nTransfer-Encoding: chunked", .lengthAndTransferEncoding),
        inPost("Transfer-Encoding: chunked\r\nContent-Length: 0", .lengthAndTransferEncoding),
        inPost("Content-Length:", .badContentLength),
        inPost("Content-Length: +5", .badContentLength),
        inPost("Content-Length: -5", .badContentLength),
        inPost("Content-Length: 5,5", .badContentLength),
        inPost("Content-Length: 5, 6", .badContentLength),
        inPost("Content-Length: 5 6", .badContentLength),
        inPost("Content-Length: 0x5", .badContentLength),
        inPost("Content-Length: 5.0", .badContentLength),
        inPost("Content-Length: 1e3", .badContentLength),
        inPost("Content-Length: five", .badContentLength),
        inPost("Content-Length: \u{0665}", .badContentLength),
        inPost("Content-Length: 1000000000000000000", .badContentLength),
        inPost("Content-Length: 99999999999999999999999", .badContentLength),
        inPost("Content-Length: 5\r\ncontent-length: 6", .multipleContentLengths),
        inPost("Transfer-Encoding: x\r\nContent-Length: 0", .lengthAndTransferEncoding),
        inPost("Transfer-Encoding: chunked\r\nContent-Length: x", .badContentLength),
        Refusal("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", .badTransferEncoding),
    ]

    private static func inPost(_ fields: String, _ fault: HeadError) -> Refusal {
        Refusal("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n", fault)
    }

    private static func addresses(_ count: Int) -> String {
        Array(repeating: "::1", count: count).joined(separator: ", ")
    }

    static let others: [Refusal] = [
        Refusal("GET / HTTP/1.1\r\n\r\n", .missingHost),
        Refusal("GET / HTTP/1.1\r\nHost:\r\n\r\n", .missingHost),
        Refusal("GET / HTTP/1.1\r\nHost: \t\r\n\r\n", .missingHost),
        Refusal("GET / HTTP/1.0\r\n\r\n", .missingHost),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .duplicateHost),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", .duplicateHost),
        Refusal("GET http://a/ HTTP/1.1\r\nX: y\r\n\r\n", .missingHost),
        Refusal("GET http://a/ HTTP/1.0\r\n\r\n", .missingHost),
        Refusal(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(addresses(31))\r\n\r\n", .tooManyForwardedAddresses),
        Refusal(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(addresses(16))\r\nX-Forwarded-For: \(addresses(15))\r\n\r\n",
            .tooManyForwardedAddresses),
        Refusal("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", .unsupportedExpectation),
        Refusal("POST / HTTP/1.1\r\nHost: a\r\nExpect:\r\n\r\n", .unsupportedExpectation),
    ]

    @Test("each is refused for its own fault", arguments: startLines + fieldLines + framing + others)
    func refused(_ refusal: Refusal) {
        #expect(fault(ofRequest: Array(refusal.head.utf8)) == refusal.fault)
    }

    @Test("the pieces they arrive in make no difference", arguments: startLines + fieldLines + framing + others)
    func cuts(_ refusal: Refusal) {
        let bytes = Array(refusal.head.utf8)
        let whole = scan(bytes)
        #expect(scanByteByByte(bytes) == whole)
        for cut in 0...bytes.count {
            #expect(scan(bytes, cutAt: [cut]) == whole, "cut at \(cut)")
        }
    }

    @Test("a good head is complete at its last byte, not before, whatever the pieces")
    func goodCuts() {
        let head = Array("GET /a?b HTTP/1.1\r\nHost: a\r\nX-Long: b c d\r\nEmpty:\r\n\r\n".utf8)
        for end in 0..<head.count {
            let part = Array(head[..<end])
            for cut in 0...end { #expect(scan(part, cutAt: [cut]) == .needMore) }
        }
        for first in 0...head.count {
            for second in first...head.count {
                #expect(scan(head, cutAt: [first, second]) == .complete(length: head.count))
            }
        }
    }

    @Test("names of unusual length hide no field behind them (attack 84)", arguments: [255, 256, 270, 4096, 16_380])
    func longNames(count: Int) throws {
        let name = String(repeating: "n", count: count)
        let head = "POST / HTTP/1.1\r\nHost: a\r\n\(name): v\r\nContent-Length: 5\r\n\r\n"
        let request = try readRequest(head)
        #expect(request.fields[1] == TextField(name, "v") && request.framing == .length(5))
        #expect(
            fault(ofRequest: Array(head.replacing("\r\n\r\n", with: "\r\nContent-Length: 6\r\n\r\n").utf8))
                == .multipleContentLengths)
    }

    @Test("every fault has a status and a sentence for the error page")
    func statuses() {
        var seen = 0
        for raw in UInt8.min...UInt8.max {
            guard let fault = HeadError(rawValue: raw) else { continue }
            seen += 1
            #expect([400, 405, 414, 417, 431, 463, 501, 505].contains(fault.status))
            #expect(fault.explanation.hasSuffix(".") && fault.explanation.count > 20)
        }
        #expect(seen >= 24)
        #expect(HeadError.startLineTooLong.status == 414)
        #expect(
            [HeadError.fieldLineTooLong, .fieldsTooLong, .tooManyFields].allSatisfy { $0.status == 431 })
        #expect(HeadError.unsupportedTransferEncoding.status == 501 && HeadError.badTransferEncoding.status == 400)
        #expect(HeadError.unsupportedVersion.status == 505 && HeadError.methodNotAllowed.status == 405)
        #expect(HeadError.unsupportedExpectation.status == 417)
        #expect(HeadError.tooManyForwardedAddresses.status == 463)
    }

    @Test("thirty addresses are not too many")
    func thirtyAddresses() throws {
        _ = try readRequest("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(Self.addresses(30))\r\n\r\n")
    }
}
