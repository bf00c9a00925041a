import Foundation
import HTTP2Testing
import ProcessTesting
import Synchronization
import Testing

@Suite(
    "A changed configuration comes into force while the gateway runs", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ReloadTests {
    @Test(
        "new connections get the new rules; a kept one is closed, one that has not asked yet gets its answer, a WebSocket goes on until its end"
    )
    func rules() async throws {
        let host = try await PlainGateway { request in
            request.value("upgrade") == nil ? .text("old") : StubResponse.webSocketEcho(request)
        }
        let kept = try await RawConnection.open(port: host.gateway.port)
        try await kept.write(GatewayAlone.request)
        _ = try await kept.read(until: "old")
        let fresh = try await RawConnection.open(port: host.gateway.port)
        let socket = try await WebSocketClient(
            RawConnection.open(port: host.gateway.port), WebSocketClient.handshake("/"))

        try host.gateway.configure(Configurations.forwarding(port: host.gateway.port, rules: answeringRule("new")))
        let done = try await host.gateway.reload()
        #expect(
            done.exitCode == 0
                && done.output == "The new configuration is in force. Connections go on under an earlier one.\n",
            "\(done)")
        #expect(
            try await host.exchange(GatewayAlone.onlyRequest)
                .hasSuffix("new"))
        _ = try await kept.readToEnd()
        try await fresh.write(GatewayAlone.request)
        let answer = try await fresh.readToEnd()
        #expect(answer.hasSuffix("old") && answer.lowercased().contains("connection: close"), "\(answer)")
        try await socket.send(.text("still here"))
        #expect(try await socket.frames(1) == [.text("still here")])

        let again = try await host.gateway.reload()
        #expect(again.output == "Nothing has changed. Connections go on under an earlier one.\n", "\(again)")
        await socket.connection.close()
        try await host.gateway.earlierConfigurationsEnd()
        #expect(
            try await host.gateway.reload("--json").output == #"{"change":"none","earlierConfigurations":0}"# + "\n")
        try await host.stop()
    }

    @Test("a connection in the middle of a response at the reload has time for one more request")
    func midResponse() async throws {
        let mayEnd = Mutex(false)
        let host = try await PlainGateway { request in
            guard request.target == "/slow" else { return .text("old") }
            return .takeOver { socket in
                socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
                while !mayEnd.withLock({ $0 }) { usleep(1000) }
                socket.write("4\r\nlast\r\n0\r\n\r\n")
            }
        }
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(GatewayAlone.request.replacing("GET /", with: "GET /slow"))
        _ = try await connection.read(until: "first")
        try host.gateway.configure(Configurations.forwarding(port: host.gateway.port, rules: answeringRule("new")))
        #expect(try await host.gateway.reload().exitCode == 0)
        mayEnd.withLock { $0 = true }
        _ = try await connection.read(until: "0\r\n\r\n")
        // Sent without a word of the end: the client could not know.
        try await connection.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")
        let all = try await connection.readToEnd()
        #expect(all.hasSuffix("old") && all.lowercased().contains("connection: close"), "\(all)")
        #expect(host.backend.requests.last?.method == "POST")
        try await host.stop()
    }

    @Test("what is wrong is said, all of it, and changes nothing; neither does what needs a restart")
    func refusals() async throws {
        let host = try await PlainGateway { _ in .text("old") }
        let taken = try StubServer()
        func configuration(_ attributes: String = "", port: Int? = nil, rules: String = "[]") -> String {
            Configurations.forwarding(port: port ?? host.gateway.port, attributes: attributes, rules: rules)
        }
        for (yaml, words) in [
            ("Listeners: [", ["gateway.yaml"]),
            (
                configuration(rules: "[{Priority: 0}]").replacing("Name: plain", with: "Nmae: plain"),
                ["Priority", "Nmae"]
            ),
            (
                configuration("Attributes: {gatehouse.sessions.limit.count: 5, idle_timeout.timeout_seconds: 9}"),
                ["gatehouse.sessions.limit.count changes with a restart only"]
            ),
            (configuration("LogLevel: debug\nLoadBalancerArn: arn:x"), ["LoadBalancerArn, LogLevel change with"]),
            (configuration(port: taken.port), ["127.0.0.1:\(taken.port) is in use"]),
        ] {
            try host.gateway.configure(yaml)
            let refused = try await host.gateway.reload()
            #expect(refused.exitCode == 1 && words.allSatisfy(refused.output.contains), "\(yaml)\n\(refused)")
            let answer = try await host.exchange(
                GatewayAlone.onlyRequest)
            #expect(answer.hasSuffix("old"))
        }
        try host.gateway.configure(configuration(rules: answeringRule("new")))
        let before = host.gateway.program.log
        #expect(before.contains("not reloaded: all stays as it was"))
        host.gateway.program.signal(SIGHUP)
        _ = try await eventually("the new rules by SIGHUP") {
            try await host.exchange(GatewayAlone.onlyRequest)
                .hasSuffix("new") ? true : nil
        }
        let audit = try String(contentsOfFile: host.folder.file("state/logs/audit.jsonl"), encoding: .utf8)
        #expect(audit.contains("could not reload") && audit.contains("uid "))
        try await host.stop()
        let whole = try String(contentsOfFile: host.folder.file("state/logs/audit.jsonl"), encoding: .utf8)
        #expect(whole.contains(#""SIGHUP""#) && whole.contains(#""reloaded""#))
    }

    @Test("listeners come and go; over TLS sessions of before are resumed, and a bad certificate changes nothing")
    func listeners() async throws {
        let folder = try TemporaryFolder()
        let further = try freePort()
        func yaml(_ port: Int, _ body: String, second: String = "") -> String {
            """
            Workers: 2
            Listeners:
              - Name: first
                Protocol: HTTPS
                Port: \(port)
                DefaultActions:
                  - {Type: fixed-response, FixedResponseConfig: {StatusCode: "200", MessageBody: \(body)}}
            \(second)
            """
        }
        func second(_ certificate: String) -> String {
            """
              - Name: second
                Protocol: HTTPS
                Port: \(further)
                Certificates: [{CertificateFile: \(certificate), KeyFile: \(folder.file("key.pem"))}]
                DefaultActions:
                  - {Type: fixed-response, FixedResponseConfig: {StatusCode: "200", MessageBody: two}}
            """
        }
        let gateway = try await GatewayAlone(folder: folder) { yaml($0[0], "one") }
        let ticket = folder.file("ticket")
        func connect(_ option: String) async throws -> String {
            try await Tool.run(
                "sh",
                [
                    "-c",
                    "(printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n'; sleep 1) | timeout 20 "
                        + "openssl s_client -connect 127.0.0.1:\(gateway.port) -servername localhost -ign_eof "
                        + "\(option) \(ticket)",
                ]
            ).output
        }
        _ = try await connect("-sess_out")
        try await SelfSigned.make(key: folder.file("key.pem"), certificate: folder.file("cert.pem"))
        try await SelfSigned.make(key: folder.file("other-key.pem"), certificate: folder.file("other.pem"))

        try gateway.configure(yaml(gateway.port, "three", second: second(folder.file("other.pem"))))
        let refused = try await gateway.reload()
        #expect(refused.exitCode == 1 && refused.output.contains("other.pem"), "\(refused)")
        #expect(!isListening(further))

        try gateway.configure(yaml(gateway.port, "three", second: second(folder.file("cert.pem"))))
        #expect(try await gateway.reload().exitCode == 0)
        let curl = Curl(caFile: folder.file("cert.pem"))
        #expect(try await curl("https://localhost:\(further)/").body == "two")
        let resumed = try await connect("-sess_in")
        #expect(resumed.contains("Reused, TLSv1.3") && resumed.contains("three"), "\(resumed)")

        try gateway.configure(yaml(gateway.port, "four"))
        #expect(try await gateway.reload().exitCode == 0)
        _ = try await eventually("the end of the second listener") { isListening(further) ? nil : true }
        #expect(try await Curl(caFile: gateway.caFile)("https://localhost:\(gateway.port)/").body == "four")
        #expect(try await gateway.program.stop() == 0)
    }

    @Test("an HTTP/2 connection that has not asked yet gets its answer, and ends though its client confirms nothing")
    func http2() async throws {
        let folder = try TemporaryFolder()
        func yaml(_ port: Int, _ body: String) -> String {
            """
            Workers: 1
            Listeners:
              - Name: only
                Protocol: HTTPS
                Port: \(port)
                DefaultActions:
                  - {Type: fixed-response, FixedResponseConfig: {StatusCode: "200", MessageBody: \(body)}}
            """
        }
        let gateway = try await GatewayAlone(folder: folder) { yaml($0[0], "old") }
        let busy = try await HTTP2Client.open(gateway, FrameBytes.get(1, "/"))
        #expect(try await busy.answer(1).text == "old")
        let fresh = try await RawConnection.open(port: gateway.port, caFile: gateway.caFile, protocols: ["h2"])
        try gateway.configure(yaml(gateway.port, "new"))
        #expect(try await gateway.reload().exitCode == 0)
        let client = HTTP2Client(connection: fresh)
        try await client.send(FrameBytes.preface + FrameBytes.settings([]) + FrameBytes.get(1, "/"))
        #expect(try await client.answer(1).text == "old")
        for connection in [client, busy] {
            _ = try await eventually("the end of a connection of before", within: .seconds(20)) {
                connection.connection.isClosed ? true : nil
            }
        }
        #expect(try await Curl(caFile: gateway.caFile)("https://localhost:\(gateway.port)/", "--http2").body == "new")
        #expect(try await gateway.program.stop() == 0)
    }
}
