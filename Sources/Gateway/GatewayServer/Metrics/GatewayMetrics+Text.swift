import Audit
import Operations
import Sessions

extension GatewayMetrics {
    /// What is not counted but asked for.
    struct Gauges {
        var sessions: Int
        /// Bytes of memory that they take.
        var sessionBytes: Int
        var workers: Int
        /// Earlier configurations under which connections still go on.
        var earlierConfigurations: Int
        var process: ProcessFigures
    }

    /// All figures in Prometheus's text format.
    func text(_ gauges: Gauges) -> String {
        var text = PrometheusText()
        let totals = totals
        Self.add(totals.listeners.sorted { $0.key < $1.key }, to: &text)
        Self.add(totals.targetGroups.sorted { $0.key < $1.key }, to: &text)
        Self.add(events, gauges, to: &text)
        gauges.process.add(to: &text)
        return text.text
    }

    private static func add(_ listeners: [(key: String, value: ListenerMetrics.Totals)], to text: inout PrometheusText)
    {
        func add(
            _ name: String, _ kind: PrometheusText.Kind, _ help: String, _ path: KeyPath<ListenerMetrics.Totals, Int>
        ) {
            text.begin("gatehouse_\(name)", kind, help)
            for (listener, totals) in listeners { text.add(totals[keyPath: path], [("listener", listener)]) }
        }
        add("connections_total", .counter, "Connections that clients have opened.", \.connections)
        add("connections_open", .gauge, "Connections of clients that are open.", \.open)
        add("tls_handshake_failures_total", .counter, "Connections whose TLS handshake failed.", \.failedHandshakes)
        add("received_bytes_total", .counter, "Bytes that came from clients, TLS included.", \.received)
        add("sent_bytes_total", .counter, "Bytes that went to clients, TLS included.", \.sent)
        text.begin(
            "gatehouse_gateway_responses_total", .counter,
            "Responses of the gateway itself: pages, redirects, refusals.")
        for (listener, totals) in listeners {
            for (status, count) in totals.answers.sorted(by: { $0.key < $1.key }) {
                text.add(count, [("listener", listener), ("code", "\(status)")])
            }
        }
    }

    private static func add(
        _ groups: [(key: String, value: TargetGroupMetrics.Totals)], to text: inout PrometheusText
    ) {
        func label(_ group: String) -> PrometheusText.Labels { [("target_group", group)] }
        text.begin("gatehouse_target_requests_total", .counter, "Requests that went to a backend.")
        for (group, totals) in groups { text.add(totals.requests, label(group)) }
        text.begin(
            "gatehouse_target_failures_total", .counter, "Requests whose backend gave no answer, or no whole one.")
        for (group, totals) in groups { text.add(totals.failures, label(group)) }
        text.begin("gatehouse_target_responses_total", .counter, "Responses of backends.")
        for (group, totals) in groups {
            for (status, count) in totals.answers.sorted(by: { $0.key < $1.key }) {
                text.add(count, label(group) + [("code", "\(status)")])
            }
        }
        text.begin(
            "gatehouse_target_response_seconds", .histogram,
            "From a request's head to the beginning of its backend's response, to the millisecond.")
        let bounds = TargetGroupMetrics.bounds.indices.map { Double(TargetGroupMetrics.bounds[$0]) / 1000 }
        for (group, totals) in groups {
            var sum = 0
            let counts = totals.times.map { count -> Int in
                sum += count
                return sum
            }
            text.add(
                counts: Array(counts.dropLast()), bounds: bounds, count: sum,
                sum: Double(totals.milliseconds) / 1000, label(group))
        }
    }

    private static func add(_ events: Events, _ gauges: Gauges, to text: inout PrometheusText) {
        text.begin("gatehouse_sessions", .gauge, "Sessions that are held.")
        text.add(gauges.sessions)
        text.begin("gatehouse_sessions_bytes", .gauge, "Memory that they take.")
        text.add(gauges.sessionBytes)
        text.begin("gatehouse_sessions_ended_total", .counter, "Sessions that have ended, by why.")
        for reason in SessionEnd.allCases { text.add(events.ended[reason, default: 0], [("reason", reason.rawValue)]) }
        text.begin("gatehouse_session_renewals_total", .counter, "Renewals of sessions' tokens, by what came of them.")
        for outcome in Renewal.allCases {
            text.add(events.renewals[outcome, default: 0], [("outcome", outcome.rawValue)])
        }
        text.begin("gatehouse_audit_events_total", .counter, "What was recorded for the audit log, by event.")
        for kind in AuditEvent.Kind.allCases where kind != .resumed && kind != .omitted {
            text.add(events.audited[kind, default: 0], [("event", kind.rawValue)])
        }
        text.begin("gatehouse_sign_in_failures_total", .counter, "Sign-ins that failed, by why.")
        for (reason, count) in events.failedSignIns.sorted(by: { $0.key < $1.key }) {
            text.add(count, [("reason", reason)])
        }
        text.begin("gatehouse_reloads_total", .counter, "Reloads of the configuration, by what came of them.")
        text.add(events.reloads, [("outcome", "done")])
        text.add(events.failedReloads, [("outcome", "refused")])
        text.begin(
            "gatehouse_earlier_configurations", .gauge, "Earlier configurations under which connections still go on.")
        text.add(gauges.earlierConfigurations)
        text.begin("gatehouse_workers", .gauge, "Threads that serve connections.")
        text.add(gauges.workers)
        text.begin(
            "gatehouse_certificate_expiry_timestamp_seconds", .gauge, "When the certificates in use end, Unix time.")
        for expiry in events.expiries {
            text.add(expiry.time, [("listener", expiry.listener), ("file", expiry.file)])
        }
    }
}
