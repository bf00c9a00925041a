import Foundation
import ProcessTesting
import Testing

@Suite(
    "TLS versions, the redirect from HTTP, draining, and the program's exit codes", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct TransportTests {
    @Test("TLS 1.3 and 1.2 with the local authority's leaf; 1.1 and 1.0 refused; another name does not fit")
    func versions() async throws {
        let host = try await SigningGateway()
        func connect(_ arguments: String...) async throws -> Tool.Result {
            try await Tool.run(
                "openssl",
                [
                    "s_client", "-connect", "127.0.0.1:\(host.gateway.port)", "-CAfile", host.gateway.caFile,
                    "-verify_return_error", "-brief",
                ] + arguments)
        }
        for (flag, name) in [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")] {
            let result = try await connect(flag, "-verify_hostname", "localhost", "-servername", "localhost")
            #expect(result.exitCode == 0 && result.output.contains(name), "\(result.output)")
            #expect(result.output.contains("Verification: OK"), "\(result.output)")
        }
        for flag in ["-tls1_1", "-tls1"] {
            let result = try await connect(flag, "-cipher", "ALL:@SECLEVEL=0")
            #expect(result.exitCode != 0 && result.output.contains("alert"), "\(result.output)")
        }
        #expect(try await connect("-verify_hostname", "example.com").exitCode != 0)
        #expect(try await connect("-verify_ip", "127.0.0.1").exitCode == 0)
        try await host.stop()
    }

    @Test("plain HTTP sent to the TLS port gets no further, and the next visitor is served")
    func plainToTLS() async throws {
        let host = try await SigningGateway()
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await !connection.readToEnd().contains("HTTP/1.1 200"))
        #expect(host.backend.requests.isEmpty)
        #expect(try await host.browser()(host.origin + "/").status == 302)
        try await host.stop()
    }

    @Test("HTTP → HTTPS: 301; host, path and query kept, port mapped; nothing leads elsewhere (peers' 10, 13, 42, 43)")
    func redirect() async throws {
        let folder = try TemporaryFolder()
        let gateway = try await GatewayAlone(folder: folder) { ports in
            """
            Workers: 1
            Listeners:
              - Name: http
                Protocol: HTTP
                Port: \(ports[0])
                DefaultActions:
                  - {Type: redirect, RedirectConfig: {StatusCode: HTTP_301, Protocol: HTTPS, Port: "8443"}}
            """
        }
        /// The answer's status and `Location`.
        func location(_ target: String, host: String = "localhost") async throws -> String {
            let connection = try await RawConnection.open(port: gateway.port)
            try await connection.write(
                "GET \(target) HTTP/1.1\r\nHost: \(host)\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.test\r\n"
                    + "Connection: close\r\n\r\n")
            let lines = try await connection.readToEnd().components(separatedBy: "\r\n")
            let location = lines.first { $0.lowercased().hasPrefix("location: ") }?.dropFirst("location: ".count)
            return lines[0].dropFirst("HTTP/1.1 ".count).prefix(3) + (location.map { " " + $0 } ?? "")
        }
        #expect(
            try await location("/deep/link?x=1&y=%2f", host: "localhost:\(gateway.port)")
                == "301 https://localhost:8443/deep/link?x=1&y=%2f")
        #expect(try await location("/", host: "EXAMPLE.com.") == "301 https://example.com:8443/")
        #expect(try await location("/", host: "[::1]:80") == "301 https://[::1]:8443/")
        #expect(try await location("//evil.com/x") == "301 https://localhost:8443/evil.com/x")
        #expect(try await location("/%41/../b") == "301 https://localhost:8443/b")
        for target in ["/\\evil.com", "//evil.com/%2e%2e", "/%0d%0aSet-Cookie:x", "/%09/evil.com", "evil.com"] {
            #expect(try await location(target) == "400", "\(target)")
        }
        for dirty in ["a b", "a@evil.test", "a/b", "a?b", "a,b", "a:0", "[::1", "a\\b", "a%2eb"] {
            #expect(try await location("/", host: dirty) == "400", "\(dirty)")
        }
        #expect(try await gateway.program.stop() == 0)
    }

    @Test("SIGTERM drains: a running answer ends whole, new connections are refused, exit code 0")
    func drain() async throws {
        let host = try await PlainGateway { _ in .pieces((0..<10).map { "piece\($0) " }, pause: .milliseconds(150)) }
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(MalformedRequests.head("X: well-formed", method: "GET"))
        _ = try await connection.read(until: "piece1")
        let idle = try await RawConnection.open(port: host.gateway.port)
        host.gateway.program.signal(SIGTERM)
        _ = try await eventually("refusal of new connections") { isListening(host.gateway.port) ? nil : true }
        let answer = try await connection.readToEnd()
        #expect(answer.contains("piece9") && answer.hasSuffix("0\r\n\r\n"), "\(answer)")
        _ = try await idle.readToEnd()
        #expect(try await host.gateway.program.exitCode() == 0)
    }

    @Test("--check: 0 for a good file, 2 and every problem of a bad one; a taken port is exit 1 and named")
    func exitCodes() async throws {
        let folder = try TemporaryFolder()
        let good = try folder.write(Configurations.forwarding(port: 1), to: "good.yaml")
        let bad = try folder.write("Workers: 0\nListenrs: []\n", to: "bad.yaml")
        let gateway = try Programs.path("gateway")
        let state = ["--state", folder.file("state")]
        #expect(try await Tool.run(gateway, ["--config", good, "--check"] + state).exitCode == 0)
        let refused = try await Tool.run(gateway, ["--config", bad, "--check"] + state)
        #expect(refused.exitCode == 2)
        for part in [
            "bad.yaml:1: Workers: found 0, wanted an integer from 1 to 256", "did you mean that?",
            "Listeners: found none",
        ] {
            #expect(refused.output.contains(part), "\(refused.output)")
        }
        #expect(try await Tool.run(gateway, ["--config", folder.file("none.yaml")] + state).exitCode == 2)
        let taken = try StubServer()
        let occupied = try folder.write(Configurations.forwarding(port: taken.port), to: "taken.yaml")
        let failed = try await Tool.run(gateway, ["--config", occupied] + state)
        #expect(failed.exitCode == 1)
        #expect(failed.output.contains("\(taken.port)"), "\(failed.output)")
    }
}
