import HTTP1
import Proxy
import Testing
import Wire

@Suite("Trailers carry what may stand behind a body, and nothing a head decides by (attack 97)")
struct TrailerRewriterTests {
    private func rewritten(_ lines: String) throws -> String {
        let bytes = Array(lines.utf8)
        var section = TrailerSection()
        try section.parse(bytes.span)
        var output = ByteQueue()
        TrailerRewriter.write(section, bytes.span, into: &output)
        return text(output)
    }

    @Test("checksums, timings and an RPC's status pass, in order")
    func kept() throws {
        #expect(
            try rewritten(
                "Content-Digest:  sha-256=:x=: \r\nserver-timing: a;dur=1\r\nGrpc-Status: 0\r\nX-Sum:\r\nETag: \"e\"\r\n"
            )
                == "Content-Digest: sha-256=:x=:\r\nserver-timing: a;dur=1\r\nGrpc-Status: 0\r\nX-Sum: \r\nETag: \"e\"\r\n"
        )
        #expect(try rewritten("").isEmpty)
    }

    @Test(
        "what frames, routes, authenticates, caches or identifies does not",
        arguments: [
            "Content-Length", "Transfer-Encoding", "content_length", "Host", "Connection", "Keep-Alive", "Upgrade",
            "TE",
            "Trailer", "Proxy-Connection", "Proxy-Authenticate", "Proxy", "HTTP2-Settings", "Set-Cookie", "Cookie",
            "Authorization", "WWW-Authenticate", "Location", "Content-Type", "Content-Encoding", "Content-Range",
            "Cache-Control", "Expires", "Date", "Vary", "Age", "Strict-Transport-Security", "Content-Security-Policy",
            "Access-Control-Allow-Origin", "Sec-WebSocket-Accept", "X-Forwarded-For", "x_forwarded-proto", "Forwarded",
            "X-Real-IP", "X-Amzn-Oidc-Data", "x_amzn_oidc_identity", "X-Amzn-Trace-Id", "Expect", "Max-Forwards",
            "If-Match",
        ])
    func dropped(name: String) throws {
        #expect(try rewritten("X-First: 1\r\n\(name): evil\r\nX-Last: 2\r\n") == "X-First: 1\r\nX-Last: 2\r\n")
        #expect(try rewritten("\(name.uppercased()): evil\r\n").isEmpty)
    }
}
