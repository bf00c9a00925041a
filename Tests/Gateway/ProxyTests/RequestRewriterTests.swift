import HTTP1
import TestSupport
import Testing
import Wire

@Suite("A backend gets the client's request without what the client may not say")
struct RequestRewriterTests {
    private static let forwardedFor = "X-Forwarded-For: 192.0.2.1\r\n"

    @Test("kept fields go on byte by byte and in order; what the gateway states comes last")
    func kept() throws {
        let fields = "Host: a:8443\r\naccept:text/html\r\nX-One:  1 \r\nOrigin: https://a\r\nX-Empty:\r\nX-One: \t2\r\n"
        let output = try rewritten(
            "GET /a?b HTTP/1.1\r\n\(fields)\r\nbody", stated: "X-Forwarded-Proto: https\r\n",
            identity: "x-amzn-oidc-identity: u\r\n")
        #expect(
            output
                == "GET /a?b HTTP/1.1\r\n\(fields)\(Self.forwardedFor)X-Forwarded-Proto: https\r\nx-amzn-oidc-identity: u\r\n\r\n"
        )
    }

    @Test("the target is the canonical one where there is one")
    func target() throws {
        #expect(try rewritten("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", target: "/b").hasPrefix("GET /b HTTP/1.1\r\n"))
        #expect(try rewritten("M-X /a HTTP/1.0\r\nHost: a\r\n\r\n").hasPrefix("M-X /a HTTP/1.1\r\n"))
    }

    /// Attacks 21, 22, 26 and 28.
    @Test(
        "fields that only the gateway may send are dropped wherever they stand",
        arguments: [
            "x-amzn-oidc-data: e", "X-Amzn-Oidc-Identity: e", "x_amzn_oidc_data: e", "X-AMZN_oidc-accesstoken:",
            "x-amzn-oidc-new: e", "Forwarded: for=e", "X-Forwarded-Host: e", "x_forwarded_for: e",
            "X_Forwarded-Proto: e",
            "X-Forwarded-Prefix: /e", "X-Real-IP: e", "x_real_ip: e", "True-Client-IP: e", "Proxy: e",
            "Expect: 100-continue",
            "Keep-Alive: timeout=5", "Proxy-Connection: close", "TE: gzip", "Trailer: x-amzn-oidc-data",
            "HTTP2-Settings: AAMAAABk",
            "Upgrade: h2c", "Connection: close", "Connection: keep-alive",
        ])
    func dropped(field: String) throws {
        let clean = "GET / HTTP/1.1\r\nHost: a\r\nX-Last: z\r\n\(Self.forwardedFor)\r\n"
        for request in [
            "\(field)\r\nHost: a\r\nX-Last: z", "Host: a\r\n\(field)\r\nX-Last: z", "Host: a\r\nX-Last: z\r\n\(field)",
            "\(field)\r\n\(field)\r\nHost: a\r\n\(field)\r\nX-Last: z\r\n\(field)",
        ] {
            #expect(try rewritten("GET / HTTP/1.1\r\n\(request)\r\n\r\n") == clean)
        }
    }

    @Test("fields named by Connection are dropped, but none that a backend relies on (attack 25)")
    func named() throws {
        let output = try rewritten(
            "GET / HTTP/1.1\r\nConnection: X-Hop, host, content-length, cookie, X-Forwarded-For, x-amzn-oidc-data\r\n"
                + "Host: a\r\nx-hop: 1\r\nX-Hop-2: 2\r\nContent-Length: 3\r\nCookie: c=d\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n",
            identity: "x-amzn-oidc-data: signed\r\n")
        #expect(
            output
                == "GET / HTTP/1.1\r\nHost: a\r\nX-Hop-2: 2\r\nContent-Length: 3\r\nCookie: c=d\r\n"
                + "X-Forwarded-For: 198.51.100.7, 192.0.2.1\r\nx-amzn-oidc-data: signed\r\n\r\n")
    }

    @Test("X-Forwarded-For keeps what came and ends with the peer")
    func forwardedFor() throws {
        let output = try rewritten(
            "GET / HTTP/1.1\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nHost: a\r\nx-forwarded-for:\r\nX-FORWARDED-FOR: 3.3.3.3\r\n\r\n",
            peer: "2001:db8::1")
        #expect(
            output
                == "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 2001:db8::1\r\n\r\n")
    }

    @Test("a client that takes trailers is said to, and nothing else its TE named", arguments: [0, 1])
    func trailers(place: Int) throws {
        let fields = ["TE: gzip, Trailers;q=1, trailers", "Connection: te, close"]
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\(fields[place])\r\n\(fields[1 - place])\r\n\r\n"
        #expect(
            try rewritten(request)
                == "GET / HTTP/1.1\r\nHost: a\r\n\(Self.forwardedFor)Connection: TE\r\nTE: trailers\r\n\r\n")
    }

    @Test("the body's framing is stated once, by the gateway where it is chunked")
    func framing() throws {
        #expect(
            try rewritten("POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\nHost: a\r\n\r\n")
                == "POST / HTTP/1.1\r\nHost: a\r\n\(Self.forwardedFor)Transfer-Encoding: chunked\r\n\r\n")
        #expect(
            try rewritten("POST / HTTP/1.1\r\nContent-Length: 5\r\nHost: a\r\n\r\n")
                == "POST / HTTP/1.1\r\nContent-Length: 5\r\nHost: a\r\n\(Self.forwardedFor)\r\n")
    }

    @Test("what is written is one head that says the same, whatever the request (mutated requests)")
    func mutations() throws {
        var random = SplitMix64(seed: 25)
        let pieces = [
            "Host: a\r\n", "Connection: close, x-b\r\n", "X-B: 1\r\n", "Cookie: a=b; Session-0=s\r\n", "cookie:\r\n",
            "X-Amzn-Oidc-Data: e\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n",
            "X-Forwarded-For: e\r\n",
            "Upgrade: websocket\r\n", "Accept: a\r\n", "x_amzn_oidc_x: y\r\n", ": x\r\n", "A: \u{e9}\t\r\n",
        ]
        var written = 0
        for _ in 0..<5000 {
            var request = "POST /x HTTP/1.\(random.below(2))\r\n"
            for _ in 0..<random.below(9) { request += pieces[random.below(pieces.count)] }
            request += "\r\n"
            guard let output = try? rewritten(request, identity: "x-amzn-oidc-data: signed\r\n") else { continue }
            written += 1
            let bytes = Array(output.utf8)
            var scanner = HeadScanner()
            #expect(try scanner.scan(bytes.span, limits: .request) == .complete(length: bytes.count))
            var head = RequestHead()
            try head.parse(bytes.span, length: bytes.count)
            #expect(head.minorVersion == 1 && head.connection.close == false)
            let names = head.fields.map { bytes.span.text($0.name).lowercased() }
            #expect(head.fields.filter { $0.known == .identityClaim }.count == 1)
            #expect(names.filter { $0 == "x-forwarded-for" }.count == 1)
            #expect(!output.contains("Session-0") && !output.contains("upgrade"))
        }
        #expect(written > 500)
    }
}
