import Audit
import Foundation
import Operations
import Sessions
import Testing

@testable import GatewayServer

@Suite("What the gateway counts") struct GatewayMetricsTests {
    private func configuration(_ listener: String) throws -> GatewayConfiguration {
        let yaml = """
            TargetGroups: [{Name: chat, Targets: [{Socket: x.sock}]}]
            Listeners:
              - Name: \(listener)
                Protocol: HTTP
                Port: 0
                DefaultActions: [{Type: forward, ForwardConfig: {TargetGroupName: chat}}]
            """
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("metrics-\(UUID().uuidString).yaml")
        try Data(yaml.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try GatewayConfiguration.load(
            file: file.path, state: StateDirectory(path: "/nonexistent"), environment: [:])
    }

    private func text(_ metrics: GatewayMetrics) -> String {
        metrics.text(
            .init(
                sessions: 5, sessionBytes: 6000, workers: 2, earlierConfigurations: 1,
                process: ProcessFigures(startedAt: Date(timeIntervalSince1970: 7), descriptorLimit: 1000)))
    }

    @Test("workers' figures add up, and stay when a worker ends; its connections do not")
    func workers() throws {
        let metrics = GatewayMetrics()
        let workers = try (0..<2).map { _ in WorkerMetrics(try configuration("app")) }
        for worker in workers {
            metrics.began(worker)
            worker.listeners[0].connections.add(3)
            worker.listeners[0].ended.add()
            worker.listeners[0].received.add(100)
            worker.listeners[0].answers.add(302)
            worker.listeners[0].answers.add(700)
            worker.targetGroups[0].requests.add(2)
            worker.targetGroups[0].answered(200, after: 5)
            worker.targetGroups[0].answered(503, after: 6)
            worker.targetGroups[0].answered(200, after: 60_000)
        }
        let before = text(metrics)
        for line in [
            #"gatehouse_connections_total{listener="app"} 6"#, #"gatehouse_connections_open{listener="app"} 4"#,
            #"gatehouse_received_bytes_total{listener="app"} 200"#,
            #"gatehouse_gateway_responses_total{listener="app",code="302"} 2"#,
            #"gatehouse_target_requests_total{target_group="chat"} 4"#,
            #"gatehouse_target_responses_total{target_group="chat",code="200"} 4"#,
            #"gatehouse_target_response_seconds_bucket{target_group="chat",le="0.005"} 2"#,
            #"gatehouse_target_response_seconds_bucket{target_group="chat",le="0.01"} 4"#,
            #"gatehouse_target_response_seconds_bucket{target_group="chat",le="10.0"} 4"#,
            #"gatehouse_target_response_seconds_bucket{target_group="chat",le="+Inf"} 6"#,
            #"gatehouse_target_response_seconds_sum{target_group="chat"} 120.022"#,
            "gatehouse_sessions 5", "gatehouse_earlier_configurations 1", "process_start_time_seconds 7",
        ] {
            #expect(before.contains("\n\(line)\n"), "\(line)\n\(before)")
        }
        #expect(!before.contains(#"code="700""#))

        // A reload: one worker ends with a connection cut, the next one's listener has another name.
        metrics.ended(workers[0])
        metrics.ended(workers[0])
        let next = WorkerMetrics(try configuration("other"))
        metrics.began(next)
        next.listeners[0].connections.add()
        next.targetGroups[0].answered(200, after: 0)
        let after = text(metrics)
        for line in [
            #"gatehouse_connections_total{listener="app"} 6"#, #"gatehouse_connections_open{listener="app"} 2"#,
            #"gatehouse_connections_total{listener="other"} 1"#,
            #"gatehouse_target_responses_total{target_group="chat",code="200"} 5"#,
            #"gatehouse_target_response_seconds_bucket{target_group="chat",le="0.005"} 3"#,
        ] {
            #expect(after.contains("\n\(line)\n"), "\(line)\n\(after)")
        }
    }

    @Test("events count by name, sign-ins that failed by reason, and no figure names a user")
    func events() throws {
        let metrics = GatewayMetrics()
        metrics.audited(AuditEvent(.signedIn, subject: "alice", user: "Alice", reason: "secret reason"))
        metrics.audited(AuditEvent(.signInFailed, reason: "AuthInvalidStateParam"))
        metrics.audited(AuditEvent(.signInFailed, reason: "AuthInvalidStateParam"))
        metrics.sessionEnded(.idle)
        metrics.renewal(.failed)
        metrics.reloaded(isDone: true)
        metrics.uses([.init(listener: "app", file: "/a/\"b\".pem", time: 2_000_000_000)])
        let text = text(metrics)
        for line in [
            #"gatehouse_audit_events_total{event="sign-in"} 1"#,
            #"gatehouse_audit_events_total{event="sign-in-failed"} 2"#,
            #"gatehouse_audit_events_total{event="denied"} 0"#,
            #"gatehouse_sign_in_failures_total{reason="AuthInvalidStateParam"} 2"#,
            #"gatehouse_sessions_ended_total{reason="idle"} 1"#,
            #"gatehouse_session_renewals_total{outcome="failed"} 1"#,
            #"gatehouse_reloads_total{outcome="done"} 1"#,
            #"gatehouse_certificate_expiry_timestamp_seconds{listener="app",file="/a/\"b\".pem"} 2000000000"#,
            "process_max_fds 1000",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)\n\(text)")
        }
        #expect(!text.lowercased().contains("alice") && !text.contains("secret"))
    }
}
