import Foundation
import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "Attacks that exhaust: limits hold, connections end, and the next visitor is served", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ExhaustionAttackTests {
    @Test("attacks 102, 104: too many fields are 431; thousands of cookies and parameters are only long")
    func counts() async throws {
        let host = try await PlainGateway()
        let many = (0..<300).map { "X\($0): y" }.joined(separator: "\r\n")
        #expect(try await rawStatus(port: host.gateway.port, MalformedRequests.head(many, method: "GET")) == 431)
        #expect(host.backend.requests.isEmpty)
        let cookies = "Cookie: " + String(repeating: "a=b;", count: 4000)
        let target = "/?" + String(repeating: "p=1&", count: 4000)
        #expect(
            try await rawStatus(port: host.gateway.port, MalformedRequests.head(cookies, method: "GET", target: target))
                == 200)
        #expect(host.backend.requests.last?.target == target)
        // What is more than a head may hold is refused by its length, whatever it is made of.
        host.backend.reset()
        let lines = (0..<30).map { _ in "Cookie: " + String(repeating: "a=b;", count: 3300) }.joined(separator: "\r\n")
        #expect(try await rawStatus(port: host.gateway.port, MalformedRequests.head(lines, method: "GET")) == 431)
        let parameters = "/?" + String(repeating: "p=1&", count: 100_000)
        #expect(
            try await rawStatus(
                port: host.gateway.port, MalformedRequests.head("X: y", method: "GET", target: parameters)) == 414)
        #expect(host.backend.received.isEmpty)
        try await host.stop()
    }

    @Test("attack 102: the same over HTTP/2, and in trailers of both protocols; the next request is served")
    func countsElsewhere() async throws {
        let host = try await SigningGateway()
        let many = (0..<300).map { ("x\($0)", "y") }
        let long = (0..<9).map { ("x\($0)", String(repeating: "a", count: 8000)) }
        let client = try await HTTP2Client.open(
            host.gateway, FrameBytes.get(1, "/public/x", many) + FrameBytes.get(3, "/public/y", [("cookie", "a=b")]))
        #expect(try await client.answer(1).status == 431)
        #expect(try await client.answer(3).status == 200)
        // A block of more than one frame.
        let block = FrameBytes.block(FrameBytes.request("GET", "/public/x") + long)
        let pieces = stride(from: 0, to: block.count, by: 16_384).map {
            Array(block[$0..<min($0 + 16_384, block.count)])
        }
        var frames = FrameBytes.frame(.headers, flags: FrameBytes.endStream, stream: 5, pieces[0])
        for (index, piece) in pieces.enumerated().dropFirst() {
            frames += FrameBytes.frame(
                .continuation, flags: index == pieces.count - 1 ? FrameBytes.endHeaders : 0, stream: 5, piece)
        }
        try await client.send(frames)
        #expect(try await client.answer(5).status == 431)
        #expect(host.backend.requests.map(\.target) == ["/public/y"])
        // Trailers go nowhere, few or many; those of HTTP/1.1 are read, and so have a limit.
        try await client.send(
            FrameBytes.headers(7, FrameBytes.request("POST", "/public/trailers"), ends: false)
                + FrameBytes.data(7, [1], ends: false) + FrameBytes.headers(7, many))
        #expect(try await client.answer(7).status == 200)
        #expect(host.backend.requests.last?.bodyLength == 1)
        let chunked = "POST /public/z HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
        for (fields, status) in [(many, 200), (long, 400)] {
            let trailers = fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
            #expect(
                try await rawStatus(port: host.gateway.port, caFile: host.gateway.caFile, chunked + trailers) == status)
        }
        #expect(host.backend.requests.filter { $0.target == "/public/z" && $0.bodyLength == 1 }.count <= 2)
        #expect(!host.backend.received.contains("x299"))
        #expect(try await host.status("/public/next") == 200)
        try await host.stop()
    }

    @Test("attack 105: a client that says nothing, half a ClientHello or half a head is let go within its time")
    func slow() async throws {
        let folder = try TemporaryFolder()
        let provider = try ProviderStub()
        let backend = try StubServer(socket: folder.file("backend.sock"))
        let gateway = try await GatewayAlone(folder: folder) {
            Configurations.signingIn(port: $0[0], issuer: provider.issuer)
                + "\nAttributes: {idle_timeout.timeout_seconds: 2, gatehouse.client_header_timeout.seconds: 1}\n"
        }
        let silent = try await RawConnection.open(port: gateway.port)
        let hello = try await RawConnection.open(port: gateway.port)
        try await hello.write([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03])
        let head = try await RawConnection.open(port: gateway.port, caFile: gateway.caFile)
        try await head.write("GET /public/x HTTP/1.1\r\nHost: loc")
        let body = try await RawConnection.open(port: gateway.port, caFile: gateway.caFile)
        try await body.write("POST /public/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhi")
        for connection in [silent, hello, head, body] {
            #expect(try await !connection.readToEnd(within: .seconds(15)).contains("HTTP/1.1 200"))
        }
        #expect(backend.requests.allSatisfy { $0.bodyLength < 9 })
        #expect(try await gateway.program.stop() == 0)
    }

    @Test("attack 108: a flood of KeyUpdates ends the connection; a few do not")
    func keyUpdates() async throws {
        let host = try await SigningGateway()
        func send(_ updates: Int, then target: String) async throws {
            let script = """
                (sleep 0.5; for i in $(seq \(updates)); do echo K; sleep 0.01; done
                printf 'GET \(target) HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n'; sleep 0.5) |
                timeout 20 openssl s_client -connect 127.0.0.1:\(host.gateway.port) -tls1_3 -CAfile '\(host.gateway.caFile)'
                """
            _ = try await Tool.run("bash", ["-c", script])
        }
        try await send(5, then: "/public/few")
        try await send(200, then: "/public/flood")
        #expect(host.backend.requests.map(\.target) == ["/public/few"])
        #expect(try await host.status("/public/next") == 200)
        try await host.stop()
    }

    @Test(
        "attacks 45, 110: strangers (100,000, or GATEHOUSE_STRANGERS): none gets what another got, each one cookie, and the gateway keeps nothing"
    )
    func strangers() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {gatehouse.sign_in.starts_of_address.per_minute: 0}")
        _ = try await host.status("/secret")
        let before = try host.gateway.program.residentKiB()
        let count = ProcessInfo.processInfo.environment["GATEHOUSE_STRANGERS"].flatMap { Int($0) } ?? 100_000
        let script = """
            curl --silent --http1.1 --noproxy '*' --cacert '\(host.gateway.caFile)' --dump-header - --output /dev/null \
                '\(host.origin)/secret?[1-\(count)]' | tr -d '\r' | awk '
                /^HTTP/ { if ($2 == 302) answers++ }
                tolower($1) == "set-cookie:" { cookies++; seen[$2] }
                tolower($1) == "location:" {
                    parts = split($2, part, /[?&]/)
                    for (i = 1; i <= parts; i++) if (part[i] ~ /^(state|nonce|code_challenge)=/) seen[part[i]]
                }
                END { unique = 0; for (text in seen) unique++; print answers, cookies, unique }'
            """
        let result = try await Tool.run("bash", ["-c", script], within: .milliseconds(max(300_000, 5 * count)))
        // A state, a nonce, a challenge and a cookie for each.
        #expect(result.output == "\(count) \(count) \(4 * count)\n", "\(result.output)")
        #expect(try host.gateway.program.residentKiB() - before < 16 * 1024)
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }
}
