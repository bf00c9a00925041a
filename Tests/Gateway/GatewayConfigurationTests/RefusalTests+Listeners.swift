/// Listeners, limits and target groups.
extension RefusalTests {
    static let listeners: [Mistake] = [
        Mistake("Listeners: found none, wanted 1 to 50 listeners", "TargetGroups: []"),
        Mistake("Workers: found 0, wanted an integer from 1 to 256", "Workers: 0\n" + yaml(actions: forward)),
        Mistake("LogLevel: found loud, wanted trace, debug", "LogLevel: loud\n" + yaml(actions: forward)),
        Mistake("Workers: found many", "Workers: many\n" + yaml(actions: forward)),
        Mistake(
            "LoadBalancerArn: found gatehouse, wanted an ARN", "LoadBalancerArn: gatehouse\n" + yaml(actions: forward)),
        Mistake("Worker: found an unknown key, wanted Workers", "Worker: 1\n" + yaml(actions: forward)),
        Mistake(
            "Listeners[0].Protocol: found UDP, wanted HTTP or HTTPS", yaml(actions: forward, protocol: "UDP")),
        Mistake(
            "Listeners[0].Address: found localhost, wanted an IPv4 or IPv6 address",
            yaml(actions: forward, rest: "Address: localhost")),
        Mistake(
            "Listeners[0].Certificates: found certificates, wanted none on an HTTP listener",
            yaml(actions: forward, protocol: "HTTP", rest: "Certificates: []")),
        Mistake(
            "Listeners[0].Certificates[0].KeyFile: found nothing",
            yaml(actions: forward, rest: "Certificates: [{CertificateFile: /dev/null}]")),
        Mistake(
            "Listeners[0].Certificates[0].CertificateFile: found /none, which cannot be read",
            yaml(actions: forward, rest: "Certificates: [{CertificateFile: /none, KeyFile: /dev/null}]")),
        Mistake(
            "x_frame_options.header_value: found 1025 characters, wanted up to 1024 visible",
            yaml(
                actions: forward,
                rest:
                    "Attributes: {routing.http.response.x_frame_options.header_value: \(String(repeating: "a", count: 1025))}"
            )),
        Mistake(
            "content_security_policy.header_value: found é, wanted up to 1024 visible",
            yaml(actions: forward, rest: "Attributes: {routing.http.response.content_security_policy.header_value: é}")
        ),
        Mistake(
            "client_keep_alive.seconds: found 59, wanted an integer from 60 to 604800",
            "Attributes: {client_keep_alive.seconds: 59}\n" + yaml(actions: forward)),
        Mistake(
            "Listeners[1].Port: found 127.0.0.1 port 8443 a second time",
            yaml(actions: forward)
                + "\n  - {Name: b, Protocol: HTTPS, Port: 8443, DefaultActions: [\(forward.dropFirst(2))]}"),
        Mistake(
            "Listeners[1].Name: found app a second time",
            yaml(actions: forward)
                + "\n  - {Name: app, Protocol: HTTPS, Port: 1, DefaultActions: [\(forward.dropFirst(2))]}"),
        Mistake(
            "gatehouse.limits.headers.bytes: found 2000, wanted at least gatehouse.limits.header.bytes (16384)",
            "Attributes: {gatehouse.limits.headers.bytes: 2000}\n" + yaml(actions: forward)),
        Mistake(
            "gatehouse.sessions.journal.enabled: found false beside gatehouse.sessions.store: cookie",
            "Attributes: {gatehouse.sessions.store: cookie, gatehouse.sessions.journal.enabled: false}\n"
                + yaml(actions: forward)),
        Mistake(
            "idle_timeout.timeout_seconds: found 0, wanted an integer from 1 to 4000",
            "Attributes: {idle_timeout.timeout_seconds: 0}\n" + yaml(actions: forward)),
    ]

    static let targets: [Mistake] = [
        Mistake(
            "TargetGroups[0].Targets: found none, wanted 1 to 1000",
            yaml(actions: forward).replacing("{Socket: run/chat.sock}", with: "")),
        Mistake(
            "TargetGroups[0].Targets[0].Socket: found nothing",
            yaml(actions: forward).replacing("Socket: run/chat.sock", with: "")),
        Mistake(
            "TargetGroups[1].Name: found chat a second time",
            yaml(actions: forward).replacing("[{Name: chat", with: "[{Name: chat, Targets: [{Socket: x}]}, {Name: chat")
        ),
        Mistake(
            "wanted a path of at most 107 bytes",
            yaml(actions: forward).replacing("run/chat.sock", with: "/" + String(repeating: "x", count: 107))),
        Mistake(
            "ForwardConfig.TargetGroupName: found chatt, wanted chat",
            yaml(actions: "- {Type: forward, ForwardConfig: {TargetGroupName: chatt}}")),
    ]
}
