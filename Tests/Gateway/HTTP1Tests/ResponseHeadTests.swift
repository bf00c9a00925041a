import HTTP1
import Testing
import Wire

@Suite("Responses are read as RFC 9112 means them, and refused where they could split")
struct ResponseHeadTests {
    @Test(
        "status line",
        arguments: [
            ("200 OK", 200, "OK"), ("404", 404, ""), ("404 ", 404, ""), ("999 a  b\tc", 999, "a  b\tc"),
            ("100 Continue", 100, "Continue"), ("500 gr\u{f6}\u{df}e", 500, "gr\u{f6}\u{df}e"),
        ])
    func statusLine(line: String, status: Int, reason: String) throws {
        let bytes = Array("HTTP/1.1 \(line)\r\nServer: a\r\nX-Empty:\r\n\r\n".utf8)
        var head = ResponseHead()
        try head.parse(bytes.span, length: bytes.count)
        #expect(head.status == status && bytes.span.text(head.reason) == reason && head.minorVersion == 1)
        #expect(head.fields.map { bytes.span.text($0.name) } == ["Server", "X-Empty"])
    }

    @Test(
        "malformed heads are refused (attack 90)",
        arguments: [
            Refusal("HTTP/1.1 20 OK\r\n\r\n", .badStatusCode), Refusal("HTTP/1.1 2000 OK\r\n\r\n", .badStartLine),
            Refusal("HTTP/1.1 099 OK\r\n\r\n", .badStatusCode), Refusal("HTTP/1.1 2x0 OK\r\n\r\n", .badStatusCode),
            Refusal("HTTP/1.1  200 OK\r\n\r\n", .badStatusCode), Refusal("HTTP/1.1\r\n\r\n", .badStatusCode),
            Refusal("HTTP/1.1\t200 OK\r\n\r\n", .badStatusCode), Refusal("HTTP/1.1 +20 OK\r\n\r\n", .badStatusCode),
            Refusal("HTTP/1.1 200OK\r\n\r\n", .badStartLine), Refusal("HTTP/1.1 200\tOK\r\n\r\n", .badStartLine),
            Refusal("HTTP/1.1 200 a\u{0}b\r\n\r\n", .badStartLine),
            Refusal("HTTP/1.1 200 a\rb\r\n\r\n", .badStartLine), Refusal("HTTP/2 200 OK\r\n\r\n", .badVersion),
            Refusal("HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion), Refusal("ICY 200 OK\r\n\r\n", .badVersion),
            Refusal("<html>\r\n\r\n", .badVersion), Refusal("x\r\n\r\n", .badVersion),
            Refusal("HTTP/1.1 200 OK\nX: a\r\n\r\n", .badLineEnd),
            Refusal("HTTP/1.1 200 OK\r\nX: a\n\r\n", .badLineEnd),
            Refusal("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", .badFieldValue),
            Refusal("HTTP/1.1 200 OK\r\nX: a\u{0}\r\n\r\n", .badFieldValue),
            Refusal("HTTP/1.1 200 OK\r\nX : a\r\n\r\n", .badFieldName),
            Refusal("HTTP/1.1 200 OK\r\n: a\r\n\r\n", .emptyFieldName),
            Refusal("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", .foldedLine),
            Refusal("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .multipleContentLengths),
            Refusal("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", .badContentLength),
            Refusal("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .badContentLength),
            Refusal("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", .badContentLength),
            Refusal(
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .lengthAndTransferEncoding
            ),
            Refusal(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", .lengthAndTransferEncoding
            ),
            Refusal("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .badTransferEncoding),
            Refusal("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", .badTransferEncoding),
            Refusal(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                .badTransferEncoding),
            Refusal("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .badTransferEncoding),
            Refusal("HTTP/1.1 200 OK\r\nTransfer_Encoding: chunked\r\n\r\n", .suspiciousFraming),
            Refusal("HTTP/1.1 200 OK\r\nContent_Length: 1\r\n\r\n", .suspiciousFraming),
        ])
    func refused(_ refusal: Refusal) {
        #expect(fault(ofResponse: refusal.head) == refusal.fault)
        let bytes = Array(refusal.head.utf8)
        #expect(scanByteByByte(bytes, limits: .response) == scan(bytes, limits: .response))
    }

    /// RFC 9112 §6.3, in its order.
    @Test(
        "framing of the body",
        arguments: [
            (200, "Content-Length: 5", false, .length(5)), (200, "Content-Length: 0", false, .none),
            (200, "Transfer-Encoding: chunked", false, .chunked), (200, "X: a", false, .untilClose),
            (200, "Content-Length: 5", true, .none), (200, "Transfer-Encoding: chunked", true, .none),
            (200, "X: a", true, .none), (500, "X: a", false, .untilClose), (404, "Content-Length: 5", true, .none),
            (100, "Content-Length: 5", false, .none), (101, "Transfer-Encoding: chunked", false, .none),
            (103, "X: a", false, .none), (199, "X: a", false, .none), (204, "Content-Length: 5", false, .none),
            (204, "X: a", false, .none), (204, "Transfer-Encoding: chunked", false, .none),
            (304, "Content-Length: 5", false, .none), (304, "Transfer-Encoding: chunked", false, .none),
            (205, "Content-Length: 0", false, .none), (206, "Content-Length: 9", false, .length(9)),
        ] as [(Int, String, Bool, BodyFraming)])
    func framing(status: Int, field: String, answersHead: Bool, framing: BodyFraming) throws {
        let head = try readResponse("HTTP/1.1 \(status) X\r\n\(field)\r\n\r\n")
        #expect(head.framing(answeringHead: answersHead) == framing)
    }

    @Test("the stated length is known where no body follows")
    func statedLength() throws {
        #expect(try readResponse("HTTP/1.1 304 X\r\nContent-Length: 7\r\n\r\n").statedLength == 7)
        #expect(try readResponse("HTTP/1.1 200 X\r\n\r\n").statedLength == nil)
    }

    @Test(
        "whether the target keeps the connection",
        arguments: [
            (1, "", true), (1, "close", false), (1, "x, close", false), (1, "keep-alive", true), (0, "", false),
            (0, "keep-alive", true), (0, "close", false),
        ])
    func keepsAlive(minor: Int, connection: String, keeps: Bool) throws {
        let field = connection.isEmpty ? "" : "Connection: \(connection)\r\n"
        #expect(try readResponse("HTTP/1.\(minor) 200 OK\r\n\(field)\r\n").keepsAlive == keeps)
    }

    @Test("a used value forgets the response before")
    func reuse() throws {
        let first = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".utf8)
        let second = Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n".utf8)
        let third = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
        var head = ResponseHead()
        try head.parse(first.span, length: first.count)
        #expect(head.framing(answeringHead: false) == .chunked && !head.keepsAlive)
        try head.parse(second.span, length: second.count)
        #expect(head.framing(answeringHead: false) == .length(3) && head.keepsAlive && head.fields.count == 1)
        try head.parse(third.span, length: third.count)
        #expect(head.framing(answeringHead: false) == .untilClose && head.fields.isEmpty && head.statedLength == nil)
    }
}
