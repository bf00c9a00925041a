import Foundation
import ProcessTesting
import Testing

@Suite(
    "Metrics of the gateway, read by Prometheus's own parser", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct MetricsTests {
    /// The samples by name and labels.
    private func samples(_ source: String...) async throws -> [String: Double] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let result = try await Tool.run(
            "python3", [Programs.checkout + "/Tests/Integration/Tools/read_metrics.py"] + source,
            environment: ["PATH": Programs.checkout + "/.build/test-tools/bin:" + path])
        guard result.exitCode == 0 else { throw Failure("no metrics: \(result.output)") }
        var samples: [String: Double] = [:]
        for line in result.output.split(separator: "\n") {
            let parts = line.split(separator: " ")
            samples[parts.dropLast().joined(separator: " ")] = parts.last.flatMap { Double($0) }
        }
        return samples
    }

    @Test("requests, responses, failures, connections and bytes are counted, over reloads; on the socket and on a port")
    func traffic() async throws {
        let port = try freePort()
        let attributes = "Admin: {MetricsPort: \(port)}"
        let rule = """
            [{Priority: 1, Conditions: [{Field: path-pattern, PathPatternConfig: {Values: ["/teapot"]}}],
              Actions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "418"}}]}]
            """
        let host = try await PlainGateway(attributes: attributes, rules: rule) { request in
            switch request.target {
            case "/slow":
                usleep(60_000)
                return .text("slow")
            case "/broken": return .raw(Array("nonsense\r\n\r\n".utf8))
            default: return .text("ok")
            }
        }
        let socket = host.folder.file("state/run/admin.sock")
        let before = try await eventually("the admin socket") { try? await samples("--socket", socket) }
        let curl = Curl()
        for (path, status) in [("/", 200), ("/", 200), ("/slow", 200), ("/broken", 502), ("/teapot", 418)] {
            #expect(try await curl(host.origin + path).status == status)
        }
        let open = try await RawConnection.open(port: host.gateway.port)
        try await open.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await open.read(until: "ok")

        func check() async throws {
            let now = try await samples("http://127.0.0.1:\(port)/metrics")
            func grown(_ name: String) -> Double { now[name, default: 0] - before[name, default: 0] }
            #expect(grown("gatehouse_target_requests_total{target_group=backend}") == 5)
            #expect(grown("gatehouse_target_responses_total{code=200,target_group=backend}") == 4)
            #expect(grown("gatehouse_target_failures_total{target_group=backend}") == 1)
            #expect(grown("gatehouse_gateway_responses_total{code=502,listener=plain}") == 1)
            #expect(grown("gatehouse_gateway_responses_total{code=418,listener=plain}") == 1)
            #expect(grown("gatehouse_target_response_seconds_count{target_group=backend}") == 4)
            #expect(grown("gatehouse_target_response_seconds_bucket{le=0.05,target_group=backend}") <= 3)
            #expect(grown("gatehouse_target_response_seconds_bucket{le=+Inf,target_group=backend}") == 4)
            #expect(grown("gatehouse_target_response_seconds_sum{target_group=backend}") >= 0.058)
            #expect(grown("gatehouse_connections_total{listener=plain}") == 6)
            #expect(now["gatehouse_connections_open{listener=plain}"] == 1)
            #expect(grown("gatehouse_received_bytes_total{listener=plain}") > 300)
            #expect(grown("gatehouse_sent_bytes_total{listener=plain}") > 1000)
            #expect(now["process_resident_memory_bytes{}", default: 0] > 1_000_000)
            #expect(now["process_open_fds{}", default: 0] > 5)
        }
        _ = try await eventually("all connections but one to end") {
            try await samples("--socket", socket)["gatehouse_connections_open{listener=plain}"] == 1 ? true : nil
        }
        try await check()
        await open.close()
        try host.folder.write(
            Configurations.forwarding(port: host.gateway.port, attributes: attributes, rules: "[]"), to: "gateway.yaml")
        let reloaded = try await Tool.run(
            try Programs.path("gatehouse"), ["reload", "--state", host.folder.file("state")])
        #expect(reloaded.exitCode == 0, "\(reloaded)")
        let kept = try await RawConnection.open(port: host.gateway.port)
        _ = try await eventually("figures of before and after the reload together") {
            let now = try await samples("--socket", socket)
            return now["gatehouse_connections_total{listener=plain}", default: 0]
                == before["gatehouse_connections_total{listener=plain}", default: 0] + 7
                && now["gatehouse_connections_open{listener=plain}"] == 1
                && now["gatehouse_target_requests_total{target_group=backend}"] == 5
                && now["gatehouse_reloads_total{outcome=done}"] == 1 ? true : nil
        }
        await kept.close()
        try await host.stop()
    }

    @Test("the port speaks to monitoring only: nothing changes there, and no page of a browser reads it")
    func port() async throws {
        let port = try freePort()
        let host = try await PlainGateway(attributes: "Admin: {MetricsPort: \(port)}")
        let origin = "http://127.0.0.1:\(port)"
        let curl = Curl()
        _ = try await eventually("the port for metrics") {
            try await curl(origin + "/health").body == "ok\n" ? true : nil
        }
        for target in ["/", "/sessions", "/reload", "/metrics/", "/metrics?x", "//metrics", "/%6detrics"] {
            #expect(try await curl(origin + target).status == 404, "\(target)")
        }
        for method in ["POST", "DELETE", "PUT"] {
            let refused = try await curl(origin + "/metrics", "--request", method)
            #expect(refused.status == 405 && refused.value("allow") == "GET, HEAD")
        }
        for field in [
            "Host: evil.example", "Host: evil.example:\(port)", "Origin: null", "Sec-Fetch-Site: same-origin",
        ] {
            #expect(try await curl(origin + "/metrics", "--header", field).status == 403, "\(field)")
        }
        for name in ["localhost", "LOCALHOST:1", "[::1]:\(port)", "10.0.0.1"] {
            #expect(try await curl(origin + "/metrics", "--header", "Host: \(name)").status == 200, "\(name)")
        }
        // Not on the listener, whatever it is called there.
        #expect(try await curl(host.origin + "/metrics").body == "ok")
        // Another gateway's port is not shared.
        try host.folder.write(
            Configurations.forwarding(port: try freePort(), attributes: "Admin: {MetricsPort: \(port)}"),
            to: "second.yaml")
        let second = try await Tool.run(
            try Programs.path("gateway"),
            ["--config", host.folder.file("second.yaml"), "--state", host.folder.file("other")])
        #expect(second.exitCode == 1 && second.output.contains("Admin.MetricsPort"), "\(second)")
        try await host.stop()
    }

    @Test("sign-ins, their failures, sessions and their ends; certificates' ends; no figure names a user or a request")
    func people() async throws {
        let host = try await SigningGateway()
        let socket = host.folder.file("state/run/admin.sock")
        let browser = try await host.signedInBrowser()
        #expect(try await browser(host.origin + "/oauth2/idpresponse?code=x&state=forged").status == 302)
        let stranger = Curl(caFile: host.gateway.caFile)
        #expect(try await stranger(host.origin + "/oauth2/idpresponse?code=x&state=forged").status == 401)
        let now = try await eventually("the admin socket") { try? await samples("--socket", socket) }
        #expect(now["gatehouse_sessions{}"] == 1)
        #expect(now["gatehouse_audit_events_total{event=sign-in}"] == 1)
        #expect(now["gatehouse_audit_events_total{event=sign-in-failed}"] == 1)
        #expect(now["gatehouse_sign_in_failures_total{reason=AuthInvalidStateParam}"] == 1)
        let certificate = try #require(
            now.first { $0.key.hasPrefix("gatehouse_certificate_expiry_timestamp_seconds{") })
        #expect(certificate.value > Date().timeIntervalSince1970 + 300 * 86_400)
        let ended = try await Tool.run(
            try Programs.path("gatehouse"),
            ["sessions", "end-user", ProviderStub.subject, "--state", host.folder.file("state")])
        #expect(ended.exitCode == 0)
        let after = try await samples("--socket", socket)
        #expect(after["gatehouse_sessions{}"] == 0 && after["gatehouse_sessions_ended_total{reason=revoked}"] == 1)
        #expect(after.keys.allSatisfy { !$0.contains(ProviderStub.subject) && !$0.contains("idpresponse") })
        // What speaks no TLS on a TLS port.
        let plain = try await RawConnection.open(port: host.gateway.port)
        try await plain.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await plain.readToEnd()
        #expect(
            try await samples("--socket", socket).contains {
                $0.key.hasPrefix("gatehouse_tls_handshake_failures_total") && $0.value == 1
            })
        try await host.stop()
    }
}
