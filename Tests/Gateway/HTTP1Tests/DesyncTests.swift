import HTTP1
import Testing
import Wire

/// A request, the reason it is not compliant, and whether it passes the parser.
struct DesyncRow: CustomTestStringConvertible, Sendable {
    var reason: DesyncReason
    var request: String
    /// Refused in every mode: it cannot be understood in one way only.
    var isRefused = false

    var testDescription: String { "\(reason.rawValue): \(request.debugDescription)" }

    static func passes(_ reason: DesyncReason, _ request: String) -> DesyncRow {
        DesyncRow(reason: reason, request: request)
    }

    static func refused(_ reason: DesyncReason, _ request: String) -> DesyncRow {
        DesyncRow(reason: reason, request: request, isRefused: true)
    }

    /// A head with `fields` behind `Host`.
    static func head(_ method: String, _ fields: String...) -> String {
        (["\(method) / HTTP/1.1", "Host: a"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }
}

@Suite("Requests that two servers could understand differently have the load balancer's class and reason")
struct DesyncTests {
    static let rows: [DesyncRow] = acceptable + ambiguous + severe + ofRawBytes

    private static let acceptable: [DesyncRow] = [
        .refused(.spaceInURI, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        .refused(.spaceInURI, "GET /a HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n"),
        .refused(.spaceInURI, "GET http://a/b c HTTP/1.1\r\nHost: a\r\n\r\n"),
        .passes(.getHeadZeroContentLength, DesyncRow.head("GET", "Content-Length: 0")),
        .passes(.getHeadZeroContentLength, DesyncRow.head("HEAD", "Content-Length: 0")),
        .passes(.nonCompliantHeader, DesyncRow.head("GET", "X: caf\u{e9}")),
        .refused(.nonCompliantHeader, DesyncRow.head("GET", "X: a\u{1}b")),
        .refused(.nonCompliantHeader, DesyncRow.head("GET", "X\u{e9}: a")),
        .refused(.nonCompliantHeader, DesyncRow.head("GET", "X Y: a")),
        .refused(.nonCompliantHeader, DesyncRow.head("GET", "X : a")),
        .refused(.nonCompliantVersion, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        .refused(.nonCompliantVersion, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
        .refused(.nonCompliantVersion, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
    ]

    private static let ambiguous: [DesyncRow] = [
        .refused(.ambiguousURI, "GET /a\u{1}b HTTP/1.1\r\nHost: a\r\n\r\n"),
        .refused(.ambiguousURI, "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"),
        .refused(.bothTeClPresent, DesyncRow.head("POST", "Transfer-Encoding: chunked", "Content-Length: 4")),
        .refused(.bothTeClPresent, DesyncRow.head("POST", "Content-Length: 4", "Transfer-Encoding: chunked")),
        .refused(.bothTeClPresent, DesyncRow.head("GET", "Content-Length: 0", "Transfer-Encoding: chunked")),
        .refused(.duplicateContentLength, DesyncRow.head("POST", "Content-Length: 4", "content-length: 4")),
        .refused(.duplicateContentLength, DesyncRow.head("POST", "Content-Length: 0", "Content-Length: 00")),
        .refused(.emptyHeader, DesyncRow.head("GET", ": x")),
        .refused(.emptyHeader, DesyncRow.head("GET", " \t")),
        .refused(.suspiciousHeader, DesyncRow.head("POST", "Transfer_Encoding: chunked")),
        .refused(.suspiciousHeader, DesyncRow.head("POST", "content_length: 4")),
        .refused(.suspiciousHeader, DesyncRow.head("POST", "Content-Length: 4", "Content_Length: 5")),
        .passes(.undefinedContentLengthSemantics, DesyncRow.head("GET", "Content-Length: 4")),
        .passes(.undefinedContentLengthSemantics, DesyncRow.head("HEAD", "Content-Length: 4")),
        .passes(.undefinedTransferEncodingSemantics, DesyncRow.head("GET", "Transfer-Encoding: chunked")),
        .passes(.undefinedTransferEncodingSemantics, DesyncRow.head("HEAD", "Transfer-Encoding: chunked")),
    ]

    private static let severe: [DesyncRow] = [
        .refused(.badContentLength, DesyncRow.head("POST", "Content-Length: x")),
        .refused(.badContentLength, DesyncRow.head("POST", "Content-Length: 4, 4")),
        .refused(.multipleContentLength, DesyncRow.head("POST", "Content-Length: 4", "Content-Length: 5")),
        .refused(.badTransferEncoding, DesyncRow.head("POST", "Transfer-Encoding: xchunked")),
        .refused(.badTransferEncoding, DesyncRow.head("POST", "Transfer-Encoding: identity")),
        .refused(
            .badTransferEncoding, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
        .refused(
            .multipleTransferEncodingChunked,
            DesyncRow.head("POST", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked")),
        .refused(.multipleTransferEncodingChunked, DesyncRow.head("POST", "Transfer-Encoding: chunked, chunked")),
        .refused(.suspiciousTeClPresent, DesyncRow.head("POST", "Transfer_Encoding: chunked", "Content-Length: 4")),
        .refused(.suspiciousTeClPresent, DesyncRow.head("POST", "Content_Length: 4", "Transfer-Encoding: chunked")),
        .refused(.suspiciousTeClPresent, DesyncRow.head("POST", "Content_Length: 4", "Transfer_Encoding: chunked")),
        .refused(.badHeader, DesyncRow.head("GET", "X: a\0b")),
        .refused(.badHeader, DesyncRow.head("GET", "X: a\rb")),
        .refused(.badHeader, DesyncRow.head("GET", "X\0: a")),
        .refused(.badURI, "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"),
        .refused(.badURI, "GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n"),
        .refused(.badMethod, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .refused(.badVersion, "GET / HTTP/1.x\r\nHost: a\r\n\r\n"),
        .refused(.badVersion, "GET / http/1.1\r\nHost: a\r\n\r\n"),
    ]

    private static let ofRawBytes: [DesyncRow] = [
        .refused(.nonCRLFLineTermination, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
        .refused(.multilineHeader, DesyncRow.head("GET", "X: a", " b")),
        .refused(.missingHeaderColon, DesyncRow.head("GET", "X")),
        .refused(.missingURI, "GET \r\nHost: a\r\n\r\n"),
    ]

    /// The table as the load balancer's documentation has it.
    private static let documented: [DesyncClass: Set<String>] = [
        .acceptable: ["SpaceInUri", "GetHeadZeroContentLength", "NonCompliantHeader", "NonCompliantVersion"],
        .ambiguous: [
            "AmbiguousUri", "BothTeClPresent", "DuplicateContentLength", "EmptyHeader", "SuspiciousHeader",
            "UndefinedContentLengthSemantics", "UndefinedTransferEncodingSemantics",
        ],
        .severe: [
            "BadContentLength", "MultipleContentLength", "BadTransferEncoding", "MultipleTransferEncodingChunked",
            "SuspiciousTeClPresent", "BadHeader", "BadUri", "BadMethod", "BadVersion",
        ],
    ]

    @Test("every request has its reason, and passes the parser or not", arguments: rows)
    func reasons(_ row: DesyncRow) {
        let bytes = Array(row.request.utf8)
        var head = RequestHead()
        do throws(HeadError) {
            var scanner = HeadScanner()
            guard case .complete(let length) = try scanner.scan(bytes.span, limits: .request) else {
                Issue.record("not whole")
                return
            }
            try head.parse(bytes.span, length: length)
            #expect(!row.isRefused && head.desync == row.reason)
        } catch {
            #expect(row.isRefused && error.desyncReason == row.reason && error.status >= 400)
        }
    }

    @Test("no reason is without a request, and every documented one is of its class")
    func documentedClasses() {
        #expect(Set(Self.rows.map(\.reason)) == Set(DesyncReason.allCases))
        for (desyncClass, names) in Self.documented {
            for name in names { #expect(DesyncReason(rawValue: name)?.desyncClass == desyncClass, "\(name)") }
        }
        let undocumented = Set(DesyncReason.allCases.map(\.rawValue)).subtracting(Self.documented.values.joined())
        #expect(undocumented == ["NonCrLfLineTermination", "MultilineHeader", "MissingHeaderColon", "MissingUri"])
    }

    @Test("what each mode makes of each class")
    func modes() {
        #expect(DesyncMode.allCases.allSatisfy { $0.treatment(of: nil) == .pass })
        for reason in DesyncReason.allCases {
            #expect(DesyncMode.monitor.treatment(of: reason) == .pass)
            #expect(DesyncMode.strictest.treatment(of: reason) == .block)
            let wanted: DesyncMode.Treatment =
                switch reason.desyncClass {
                case .compliant, .acceptable: .pass
                case .ambiguous: .passAndClose
                case .severe: .block
                }
            #expect(DesyncMode.defensive.treatment(of: reason) == wanted)
        }
    }

    @Test("of several reasons the worst is told, and a compliant request after them has none")
    func worst() throws {
        var head = RequestHead()
        for (fields, reason) in [
            (["X: \u{e9}", "Content-Length: 0"], DesyncReason.nonCompliantHeader),
            (["X: \u{e9}", "Content-Length: 4"], .undefinedContentLengthSemantics),
        ] {
            let bytes = Array(DesyncRow.head("GET", fields.joined(separator: "\r\n")).utf8)
            try head.parse(bytes.span, length: bytes.count)
            #expect(head.desync == reason)
        }
        let clean = Array(DesyncRow.head("GET", "X: y").utf8)
        try head.parse(clean.span, length: clean.count)
        #expect(head.desync == nil)
    }

    @Test("fields whose names are not letters, digits and hyphens are left out where that is asked for")
    func droppedNames() throws {
        let text =
            "POST / HTTP/1.1\r\nHost: a\r\nX_Y: 1\r\nX@Z: 2\r\nX\u{e9}: 3\r\nGood-1: 5\r\nx.y: 6\r\n\r\n"
        let bytes = Array(text.utf8)
        var head = RequestHead()
        try head.parse(bytes.span, length: bytes.count, names: .alphanumeric)
        #expect(
            head.fields.map(\.known) == [.host, .invalid, .invalid, .invalid, .other, .invalid])
        #expect(throws: HeadError.badFieldName) { try head.parse(bytes.span, length: bytes.count) }
        // What moves the end of a name is refused all the same.
        for (line, error) in [
            ("X : a", HeadError.badFieldName), ("X Y: a", .badFieldName),
            ("Transfer-Encoding : chunked", .badFieldName),
            ("X\0: a", .badFieldValue), ("X\u{1}: a", .badFieldName), (": a", .emptyFieldName), ("X_", .missingColon),
        ] {
            let bytes = Array(DesyncRow.head("GET", line).utf8)
            #expect(throws: error) { try head.parse(bytes.span, length: bytes.count, names: .alphanumeric) }
        }
    }
}
