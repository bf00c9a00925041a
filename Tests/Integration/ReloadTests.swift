import Foundation
import HTTP2Testing
import ProcessTesting
import Synchronization
import Testing

@Suite(
    "A changed configuration comes into force while the gateway runs", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ReloadTests {
    /// What `gatehouse reload` said, and its exit code. The admin socket opens a moment after the listeners.
    private func reload(_ gateway: GatewayAlone, _ arguments: String...) async throws -> Tool.Result {
        try await eventually("an answer on the admin socket") {
            let result = try await Tool.run(
                try Programs.path("gatehouse"), ["reload", "--state", gateway.folder.file("state")] + arguments)
            return result.output.contains("No gateway answers") ? nil : result
        }
    }

    private func configure(_ gateway: GatewayAlone, _ yaml: String) throws {
        try gateway.folder.write(yaml, to: "gateway.yaml")
    }

    /// A rule that answers everything itself.
    private func answering(_ word: String) -> String {
        """
        [{Priority: 1, Conditions: [{Field: path-pattern, PathPatternConfig: {Values: ["/*"]}}],
          Actions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "200", MessageBody: \(word)}}]}]
        """
    }

    private static let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private static let onlyRequest = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    @Test(
        "new connections get the new rules; a kept one is closed, one that has not asked yet gets its answer, a WebSocket goes on until its end"
    )
    func rules() async throws {
        let host = try await PlainGateway { request in
            request.value("upgrade") == nil ? .text("old") : StubResponse.webSocketEcho(request)
        }
        let kept = try await RawConnection.open(port: host.gateway.port)
        try await kept.write(Self.request)
        _ = try await kept.read(until: "old")
        let fresh = try await RawConnection.open(port: host.gateway.port)
        let socket = try await WebSocketClient(
            RawConnection.open(port: host.gateway.port), WebSocketClient.handshake("/"))

        try configure(host.gateway, Configurations.forwarding(port: host.gateway.port, rules: answering("new")))
        let done = try await reload(host.gateway)
        #expect(
            done.exitCode == 0
                && done.output == "The new configuration is in force. Connections go on under an earlier one.\n",
            "\(done)")
        #expect(
            try await host.exchange(Self.onlyRequest)
                .hasSuffix("new"))
        _ = try await kept.readToEnd()
        try await fresh.write(Self.request)
        let answer = try await fresh.readToEnd()
        #expect(answer.hasSuffix("old") && answer.lowercased().contains("connection: close"), "\(answer)")
        try await socket.send(.text("still here"))
        #expect(try await socket.frames(1) == [.text("still here")])

        let again = try await reload(host.gateway)
        #expect(again.output == "Nothing has changed. Connections go on under an earlier one.\n", "\(again)")
        await socket.connection.close()
        _ = try await eventually("the end of the earlier configuration") {
            try await reload(host.gateway, "--json").output
                == #"{"change":"none","earlierConfigurations":0}"# + "\n" ? true : nil
        }
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
        try await connection.write(Self.request.replacing("GET /", with: "GET /slow"))
        _ = try await connection.read(until: "first")
        try configure(host.gateway, Configurations.forwarding(port: host.gateway.port, rules: answering("new")))
        #expect(try await reload(host.gateway).exitCode == 0)
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
            try configure(host.gateway, yaml)
            let refused = try await reload(host.gateway)
            #expect(refused.exitCode == 1 && words.allSatisfy(refused.output.contains), "\(yaml)\n\(refused)")
            let answer = try await host.exchange(
                Self.onlyRequest)
            #expect(answer.hasSuffix("old"))
        }
        try configure(host.gateway, configuration(rules: answering("new")))
        let before = host.gateway.program.log
        #expect(before.contains("not reloaded: all stays as it was"))
        host.gateway.program.signal(SIGHUP)
        _ = try await eventually("the new rules by SIGHUP") {
            try await host.exchange(Self.onlyRequest)
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

        try configure(gateway, yaml(gateway.port, "three", second: second(folder.file("other.pem"))))
        let refused = try await reload(gateway)
        #expect(refused.exitCode == 1 && refused.output.contains("other.pem"), "\(refused)")
        #expect(!isListening(further))

        try configure(gateway, yaml(gateway.port, "three", second: second(folder.file("cert.pem"))))
        #expect(try await reload(gateway).exitCode == 0)
        let curl = Curl(caFile: folder.file("cert.pem"))
        #expect(try await curl("https://localhost:\(further)/").body == "two")
        let resumed = try await connect("-sess_in")
        #expect(resumed.contains("Reused, TLSv1.3") && resumed.contains("three"), "\(resumed)")

        try configure(gateway, yaml(gateway.port, "four"))
        #expect(try await reload(gateway).exitCode == 0)
        _ = try await eventually("the end of the second listener") { isListening(further) ? nil : true }
        #expect(try await Curl(caFile: gateway.caFile)("https://localhost:\(gateway.port)/").body == "four")
        #expect(try await gateway.program.stop() == 0)
    }

    @Test(
        "of requests on kept and on new connections none is lost while reloads follow each other, and nothing piles up")
    func noneIsLost() async throws {
        let host = try await PlainGateway { _ in .text("old") }
        let file = { (number: Int) in
            Configurations.forwarding(
                port: host.gateway.port, rules: number % 2 == 0 ? "[]" : answering("new-\(number)"))
        }
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(host.gateway.program.id)/fd").count
        }
        func threads() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(host.gateway.program.id)/task").count
        }
        let clients = Clients()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { try await clients.ask(host) }
                group.addTask { try await clients.post(host) }
            }
            for number in 1...5 {
                try configure(host.gateway, file(number))
                #expect(try await reload(host.gateway).exitCode == 0)
            }
            // Whatever is made once has been made by now.
            let (files, tasks) = (try descriptors(), try threads())
            let memory = try host.gateway.program.residentKiB()
            for number in 6...45 {
                try configure(host.gateway, file(number))
                #expect(try await reload(host.gateway).exitCode == 0)
            }
            clients.isOver.withLock { $0 = true }
            try await group.waitForAll()
            _ = try await eventually("the end of all earlier configurations") {
                try await reload(host.gateway, "--json").output.contains(#""earlierConfigurations":0"#) ? true : nil
            }
            let (filesAfter, tasksAfter) = (try descriptors(), try threads())
            let growth = try host.gateway.program.residentKiB() - memory
            #expect(filesAfter <= files + 8 && tasksAfter <= tasks + 4, "\(files) \(filesAfter) \(tasks) \(tasksAfter)")
            #expect(growth < 8192, "\(growth) KiB")
        }
        #expect(clients.answered.withLock { $0 } > 50 && clients.posted.withLock { $0 } > 50)
        try await host.stop()
    }

    /// Clients that ask on a new connection each time, until it is over.
    private final class Clients: Sendable {
        let isOver = Mutex(false)
        let answered = Mutex(0)
        let posted = Mutex(0)

        func ask(_ host: PlainGateway) async throws {
            while !isOver.withLock({ $0 }) {
                let answer = try await host.exchange(ReloadTests.onlyRequest)
                guard answer.hasPrefix("HTTP/1.1 200") else { throw Failure("a request was lost: “\(answer)”") }
                answered.withLock { $0 += 1 }
            }
        }

        /// On kept connections, what nobody sends twice; another connection only where the gateway has said so.
        func post(_ host: PlainGateway) async throws {
            var connection = try await RawConnection.open(port: host.gateway.port)
            var count = 0
            while !isOver.withLock({ $0 }) {
                try await connection.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")
                count += 1
                let wanted = count
                let open = connection
                let text = try await eventually("answer \(wanted) of a kept connection") {
                    let isClosed = open.isClosed
                    let answers = open.received.components(separatedBy: "HTTP/1.1 200").count - 1
                    if answers == wanted { return open.received }
                    guard !isClosed else { throw Failure("a request was lost: “\(open.received)”") }
                    return nil
                }
                posted.withLock { $0 += 1 }
                if text.lowercased().contains("connection: close") {
                    await connection.close()
                    connection = try await RawConnection.open(port: host.gateway.port)
                    count = 0
                }
            }
            await connection.close()
        }
    }

    @Test("sessions stay, new rules hold for them at once, and a session's end ends what it began under earlier rules")
    func sessions() async throws {
        let host = try await SigningGateway()
        let cookie = try await host.sessionCookie()
        let streams = try await SessionBoundStreams(host, cookie: cookie)
        try configure(
            host.gateway,
            Configurations.signingIn(
                port: host.gateway.port, issuer: host.provider.issuer,
                attributes: "Attributes: {idle_timeout.timeout_seconds: 50}"))
        #expect(try await reload(host.gateway).exitCode == 0)
        host.backend.reset()
        let curl = Curl(caFile: host.gateway.caFile)
        #expect(try await curl(host.origin + "/", "--cookie", cookie).status == 200)
        try await streams.expectLife()
        let ended = try await Tool.run(
            try Programs.path("gatehouse"),
            ["sessions", "end-user", ProviderStub.subject, "--state", host.folder.file("state")])
        #expect(ended.exitCode == 0 && ended.output.contains("Ended 1 session."), "\(ended)")
        try await streams.expectEnd(hasEarlierConfiguration: true)
        host.backend.reset()
        #expect(try await curl(host.origin + "/", "--cookie", cookie).status == 302)
        #expect(host.backend.requests.isEmpty)
        await streams.close()
        _ = try await eventually("the end of the earlier configuration") {
            try await reload(host.gateway, "--json").output.contains(#""earlierConfigurations":0"#) ? true : nil
        }
        try await host.stop()
    }

    @Test("a sign-in that began under one configuration ends under the next")
    func signIn() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let callback = try await host.callback(browser)
        // The same browser once more, as it was before it came back.
        let copy = host.folder.file("copied-jar")
        try FileManager.default.copyItem(atPath: try #require(browser.jar), toPath: copy)
        try configure(
            host.gateway,
            Configurations.signingIn(
                port: host.gateway.port, issuer: host.provider.issuer,
                attributes: "Attributes: {idle_timeout.timeout_seconds: 50}"))
        #expect(try await reload(host.gateway).exitCode == 0)
        let signedIn = try await browser(callback)
        #expect(signedIn.status == 302 && signedIn.sessionCookie != nil, "\(signedIn)")
        #expect(try await browser(host.origin + "/page").status == 200)
        // The callback once more, after another reload: its code is known to be spent.
        try configure(
            host.gateway, Configurations.signingIn(port: host.gateway.port, issuer: host.provider.issuer))
        #expect(try await reload(host.gateway).exitCode == 0)
        let again = try await Curl(caFile: host.gateway.caFile, jar: copy)(callback)
        #expect(again.sessionCookie == nil && host.provider.redeemedCodes == 1, "\(again)")
        try await host.stop()
    }

    @Test("what is known of an issuer stays known: bearer tokens pass at once, also where it is away")
    func bearerTokens() async throws {
        func yaml(_ port: Int, _ issuer: String, attributes: String = "") -> String {
            let bearer =
                "{Type: jwt-validation, JwtValidationConfig: {JwksEndpoint: \"\(issuer)/keys\", Issuer: \"\(issuer)\"}}"
            return AppConfiguration.text(
                port: port, attributes: attributes, rules: [], otherwise: bearer, AppConfiguration.forward)
        }
        let host = try await SigningGateway { yaml($0, $1) }
        let now = Int(Date().timeIntervalSince1970)
        let token = host.provider.token(
            #"{"iss":"\#(host.provider.issuer)","exp":\#(now + 300),"iat":\#(now),"sub":"u"}"#)
        let curl = Curl(caFile: host.gateway.caFile)
        func status() async throws -> Int {
            try await curl(host.origin + "/", "--header", "Authorization: Bearer " + token).status
        }
        _ = try await eventually("the issuer's keys") { try await status() == 200 ? true : nil }
        host.provider.goAway()
        try FileManager.default.removeItem(atPath: host.folder.file("state/cache"))
        try configure(
            host.gateway,
            yaml(
                host.gateway.port, host.provider.issuer,
                attributes: "Attributes: {idle_timeout.timeout_seconds: 50}"))
        #expect(try await reload(host.gateway).exitCode == 0)
        for _ in 0..<8 { #expect(try await status() == 200) }
        try await host.stop()
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
        try configure(gateway, yaml(gateway.port, "new"))
        #expect(try await reload(gateway).exitCode == 0)
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

    @Test("of the ninth configuration before, WebSockets are told to end; nothing of it stays")
    func tooMany() async throws {
        let host = try await PlainGateway(StubResponse.webSocketEcho)
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(host.gateway.program.id)/fd").count
        }
        // Once it answers here, all is open that is opened once.
        #expect(try await reload(host.gateway).exitCode == 0)
        let before = try descriptors()
        var sockets: [WebSocketClient] = []
        for number in 0..<10 {
            sockets.append(
                try await WebSocketClient(
                    RawConnection.open(port: host.gateway.port), WebSocketClient.handshake("/")))
            try configure(
                host.gateway,
                Configurations.forwarding(
                    port: host.gateway.port, attributes: "Attributes: {idle_timeout.timeout_seconds: \(100 + number)}"))
            #expect(try await reload(host.gateway).exitCode == 0)
        }
        for (number, socket) in sockets.enumerated() {
            if number < 2 {
                _ = try await socket.connection.readToEnd(within: .seconds(20))
                #expect(socket.frames.last == .close(1001, "going away"), "\(socket.frames)")
            } else {
                try await socket.send(.text("still here"))
                #expect(try await socket.frames(1) == [.text("still here")])
                await socket.connection.close()
            }
        }
        _ = try await eventually("the end of all earlier configurations", within: .seconds(20)) {
            try await reload(host.gateway, "--json").output.contains(#""earlierConfigurations":0"#) ? true : nil
        }
        _ = try await eventually("their descriptors' end") { try descriptors() <= before + 4 ? true : nil }
        try await host.stop()
    }
}
