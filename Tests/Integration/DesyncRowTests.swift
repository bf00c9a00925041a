import ProcessTesting
import Testing

/// Every reason of the load balancer's desync table (§6.1) with a request that has it, and what becomes of it here.
@Suite(
    "Row by row: requests that two servers could understand differently, in every mode", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct DesyncRowTests {
    /// What a request with this reason leads to.
    private enum Class {
        /// Refused whatever the mode: README says why.
        case refused
        /// Passes but in `strictest`.
        case acceptable
        /// The same, and in `defensive` its connection closes behind it.
        case ambiguous
    }

    private static func head(_ method: String, _ fields: String...) -> String {
        MalformedRequests.head(fields.joined(separator: "\r\n"), method: method)
    }

    private static let rows: [(reason: String, class: Class, request: String)] = [
        ("SpaceInUri", .refused, "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("GetHeadZeroContentLength", .acceptable, head("GET", "Content-Length: 0")),
        ("NonCompliantHeader", .acceptable, head("GET", "X: caf\u{e9}")),
        ("NonCompliantHeader", .refused, head("GET", "X: a\u{1}b")),
        ("NonCompliantVersion", .refused, "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n"),
        ("AmbiguousUri", .refused, "GET /a\u{1}b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("BothTeClPresent", .refused, head("POST", "Transfer-Encoding: chunked", "Content-Length: 5") + "0\r\n\r\n"),
        ("DuplicateContentLength", .refused, head("POST", "Content-Length: 4", "Content-Length: 4") + "body"),
        ("EmptyHeader", .refused, head("GET", ": x")),
        ("EmptyHeader", .refused, head("GET", " \t")),
        ("SuspiciousHeader", .refused, head("POST", "Transfer_Encoding: chunked") + "0\r\n\r\n"),
        ("SuspiciousHeader", .refused, head("POST", "Content_Length: 4") + "body"),
        ("UndefinedContentLengthSemantics", .ambiguous, head("GET", "Content-Length: 4") + "body"),
        ("UndefinedTransferEncodingSemantics", .ambiguous, head("GET", "Transfer-Encoding: chunked") + "0\r\n\r\n"),
        ("BadContentLength", .refused, head("POST", "Content-Length: x")),
        ("MultipleContentLength", .refused, head("POST", "Content-Length: 4", "Content-Length: 5") + "body!"),
        ("BadTransferEncoding", .refused, head("POST", "Transfer-Encoding: xchunked") + "0\r\n\r\n"),
        (
            "MultipleTransferEncodingChunked", .refused,
            head("POST", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n"
        ),
        (
            "SuspiciousTeClPresent", .refused,
            head("POST", "Transfer_Encoding: chunked", "Content-Length: 5") + "0\r\n\r\n"
        ),
        ("BadHeader", .refused, head("GET", "X: a\0b")),
        ("BadHeader", .refused, head("GET", "X: a\rb")),
        ("BadUri", .refused, "GET /a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("BadMethod", .refused, "G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("BadVersion", .refused, "GET / HTTP/1.x\r\nHost: localhost\r\n\r\n"),
        ("NonCrLfLineTermination", .refused, "GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n"),
        ("MultilineHeader", .refused, head("GET", "X: a", " b")),
        ("MissingHeaderColon", .refused, head("GET", "X")),
        ("MissingUri", .refused, "GET \r\nHost: localhost\r\n\r\n"),
        ("HTTP/1.0 with TE", .refused, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ]

    @Test(
        "the status, the connection's fate and what the backend sees", arguments: ["monitor", "defensive", "strictest"])
    func rows(_ mode: String) async throws {
        let host = try await PlainGateway(attributes: "Attributes: {routing.http.desync_mitigation_mode: \(mode)}")
        let next = MalformedRequests.head("Connection: close", method: "GET", target: "/next")
        for (reason, kind, request) in Self.rows {
            host.backend.reset()
            let answer = try await host.exchange(request + next)
            let passes = kind != .refused && mode != "strictest"
            let goesOn = passes && !(kind == .ambiguous && mode == "defensive")
            let seen = host.backend.requests.map(\.target)
            let about = "\(reason) in \(mode): \(answer.prefix(80)), the backend saw \(seen)"
            if passes {
                #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(about)")
                #expect(seen == (goesOn ? ["/", "/next"] : ["/"]), "\(about)")
            } else {
                let status = Int(answer.dropFirst("HTTP/1.1 ".count).prefix(3))
                #expect(
                    status == 400 || (status == 501 && reason == "BadTransferEncoding") || status == 505, "\(about)")
                #expect(host.backend.received.isEmpty, "\(about)")
            }
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == (goesOn ? 3 : 2), "\(about)")
        }
        try await host.stop()
    }
}
