import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "What backends are told of a client, on the real process",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ForwardingTests {
    /// A client that claims whatever only the gateway knows, in several spellings.
    private static let claims = [
        "X-Forwarded-Proto: claimed", "x_forwarded_proto: claimed", "X-Forwarded-Port: claimed",
        "X-Forwarded-Host: claimed",
        "Forwarded: for=claimed", "X-Real-IP: claimed", "X-Amzn-Tls-Version: claimed",
        "x_amzn_tls_cipher_suite: claimed",
        "X_Amzn_Trace_Id: Root=claimed", "X_Forwarded_For: claimed", "X-Amzn-Mtls-Clientcert: claimed",
        "x_amzn_mtls_clientcert_subject: claimed",
    ]

    private func request(_ fields: [String] = []) -> String {
        (["GET / HTTP/1.1", "Host: localhost", "Connection: close"] + fields + Self.claims + ["", ""]).joined(
            separator: "\r\n")
    }

    @Test("by default: the address behind what came, scheme, port and a trace id; nothing a client claims")
    func defaults() async throws {
        let host = try await PlainGateway()
        _ = try await host.exchange(
            request(["X-Forwarded-For: 203.0.113.9", "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678"]))
        _ = try await host.exchange(request())
        let (first, second) = try (#require(host.backend.requests.first), #require(host.backend.requests.last))
        #expect(first.values("x-forwarded-for") == ["203.0.113.9, 127.0.0.1"])
        #expect(first.values("x-forwarded-proto") == ["http"])
        #expect(first.values("x-forwarded-port") == ["\(host.gateway.port)"])
        let trace = try #require(first.value("x-amzn-trace-id"))
        #expect(
            trace.wholeMatch(of: /Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678/) != nil,
            "\(trace)")
        let fresh = try #require(second.value("x-amzn-trace-id"))
        #expect(fresh.wholeMatch(of: /Root=1-[0-9a-f]{8}-[0-9a-f]{24}/) != nil, "\(fresh)")
        #expect(second.values("x-forwarded-for") == ["127.0.0.1"])
        #expect(!host.backend.received.contains("claimed"))
        try await host.stop()
    }

    @Test("by key: the client's port and Forwarded; on a plain connection no TLS headers, whoever asks")
    func keys() async throws {
        let host = try await PlainGateway(
            attributes: """
                Attributes: {routing.http.xff_client_port.enabled: true, gatehouse.forwarded_header.enabled: true, \
                routing.http.x_amzn_tls_version_and_cipher_suite.enabled: true}
                """)
        _ = try await host.exchange(request())
        let received = try #require(host.backend.requests.first)
        let peer = try #require(received.value("x-forwarded-for"))
        #expect(peer.wholeMatch(of: /127\.0\.0\.1:[1-9][0-9]*/) != nil, "\(peer)")
        #expect(received.values("forwarded") == ["for=\"\(peer)\";proto=http;host=\"localhost\""])
        #expect(!host.backend.received.lowercased().contains("x-amzn-tls"))
        #expect(!host.backend.received.contains("claimed"))
        try await host.stop()
    }

    @Test("by key, version and cipher of a TLS connection, over HTTP/1.1 and HTTP/2 (§2.8)")
    func tls() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {routing.http.x_amzn_tls_version_and_cipher_suite.enabled: true}")
        let claims = ["x-amzn-tls-version: claimed", "X_Amzn_Tls_Cipher_Suite: claimed"]
        #expect(try await host.status("/public/a", claims.joined(separator: "\r\n")) == 200)
        let client = try await HTTP2Client.open(
            host.gateway, FrameBytes.get(1, "/public/a", [("x-amzn-tls-version", "claimed")]))
        #expect(try await client.answer(1).status == 200)
        #expect(host.backend.requests.count == 2)
        for request in host.backend.requests {
            #expect(request.values("x-amzn-tls-version") == ["TLSv1.3"])
            #expect(request.values("x-amzn-tls-cipher-suite").first?.hasPrefix("TLS_") == true)
        }
        #expect(!host.backend.received.contains("claimed"))
        try await host.stop()
    }

    @Test("Host as the client wrote it; by key as the load balancer writes it: lower case, and a port (§2.7)")
    func host() async throws {
        for preserves in [true, false] {
            let host = try await PlainGateway(
                attributes: "Attributes: {routing.http.preserve_host_header.enabled: \(preserves)}")
            for (sent, treated) in [("LocalHost", "localhost:\(host.gateway.port)"), ("LOCALHOST:81", "localhost:81")] {
                host.backend.reset()
                _ = try await host.exchange("GET / HTTP/1.1\r\nHost: \(sent)\r\nConnection: close\r\n\r\n")
                #expect(host.backend.requests.first?.values("host") == [preserves ? sent : treated])
            }
            try await host.stop()
        }
    }

    @Test("X-Forwarded-For is preserved or removed", arguments: [("preserve", ["203.0.113.9"]), ("remove", [])])
    func modes(_ mode: String, _ expected: [String]) async throws {
        let host = try await PlainGateway(attributes: "Attributes: {routing.http.xff_header_processing.mode: \(mode)}")
        _ = try await host.exchange(request(["X-Forwarded-For: 203.0.113.9"]))
        #expect(host.backend.requests.first?.values("x-forwarded-for") == expected)
        #expect(!host.backend.received.contains("claimed"))
        try await host.stop()
    }
}
