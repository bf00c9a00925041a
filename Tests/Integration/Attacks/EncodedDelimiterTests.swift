import ProcessTesting
import Testing

@Suite(
    "AllowEncodedDelimiters: such a path reaches a backend only where decoding it would change nothing", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct EncodedDelimiterTests {
    private static func rule(_ priority: Int, _ pattern: String, _ action: String, allows: Bool) -> String {
        """
        {Priority: \(priority), AllowEncodedDelimiters: \(allows), Conditions: [{Field: path-pattern, Values: ["\(pattern)"]}], \
        Actions: [\(action)]}
        """
    }

    private static let forward = "{Type: forward, ForwardConfig: {TargetGroupName: backend}}"
    private static let closed = "{Type: fixed-response, FixedResponseConfig: {StatusCode: 403}}"
    private static let rules =
        "["
        + [
            rule(1, "/open/*", forward, allows: true), rule(2, "/closed/*", closed, allows: false),
            rule(3, "/plain/*", forward, allows: false), rule(4, "/*", forward, allows: true),
        ].joined(separator: ", ") + "]"

    @Test("what decodes into a dot segment, an escape, another rule or an address of the gateway's own is 400")
    func paths() async throws {
        let host = try await PlainGateway(rules: Self.rules)
        for (target, forwarded) in [
            ("/open/a%2fb?c=%2f", "/open/a%2Fb?c=%2f"), ("/open/a%5cb%3bc%3f%23%25", "/open/a%5Cb%3Bc%3F%23%25"),
            ("/open/./x%2fy/../z", "/open/z"), ("/a%2fb", "/a%2Fb"), ("/open%2fx", nil), ("/closed%2fx", nil),
            ("/closed/x%2fy", nil), ("/plain/x%2fy", nil), ("/open/..%2fclosed/x", nil), ("/open/.%2fx", nil),
            ("/open%2f..%2fclosed/x", nil), ("/open/%2e%2e%2fclosed/x", nil), ("/open/x%2f%2e%2e%5cclosed", nil),
            ("/open/..%3bx/closed", nil), ("/open/%2f/x", nil), ("/open/a%5c", "/open/a%5C"), ("/open/%252e", nil),
            ("/open/%25%32%65", nil), ("/open/%25%25", nil), ("/open/a%2fb%00", nil), ("/oauth2%2f", "/oauth2%2F"),
            ("/%2egatehouse%2fx", nil),
        ] as [(String, String?)] {
            host.backend.reset()
            let answer = try await host.exchange("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(host.backend.requests.map(\.target) == (forwarded.map { [$0] } ?? []), "\(target)")
            #expect(
                answer.hasPrefix(forwarded == nil ? "HTTP/1.1 400 " : "HTTP/1.1 200 "),
                "\(target): \(answer.prefix(40))")
        }
        try await host.stop()
    }
}
