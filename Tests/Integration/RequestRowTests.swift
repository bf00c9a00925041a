import HTTP2Testing
import ProcessTesting
import Testing

/// Rows of the load balancer's treatment of requests and of connections to targets (§2.9, §1.12).
@Suite(
    "Row by row: methods, versions, names, and connections to backends", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct RequestRowTests {
    private func get(_ target: String, _ fields: String = "X: y", version: String = "HTTP/1.1") -> String {
        "GET \(target) \(version)\r\nHost: localhost\r\n\(fields)\r\n\r\n"
    }

    @Test("every method goes on as it is, those nobody knows, too")
    func methods() async throws {
        let host = try await PlainGateway()
        let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE", "M-SEARCH"]
        for method in methods {
            let answer = try await host.exchange(MalformedRequests.head("Connection: close", method: method))
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(method): \(answer.prefix(60))")
        }
        #expect(host.backend.requests.map(\.method) == methods)
        try await host.stop()
    }

    @Test("HTTP/1.0 is answered and closed, or kept alive where it asks; without Host it is 400, as HTTP/1.1 is")
    func versions() async throws {
        let host = try await PlainGateway()
        #expect(try await host.exchange(get("/old", version: "HTTP/1.0")).contains("\r\nConnection: close\r\n"))
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(get("/kept", "Connection: keep-alive", version: "HTTP/1.0"))
        #expect(try await connection.read(until: "ok").contains("\r\nConnection: keep-alive\r\n"))
        try await connection.write(get("/last", version: "HTTP/1.0"))
        _ = try await connection.readToEnd()
        #expect(host.backend.requests.map(\.target) == ["/old", "/kept", "/last"])
        #expect(host.backend.received.components(separatedBy: " HTTP/1.1\r\n").count == 4, "backends hear HTTP/1.1")
        host.backend.reset()
        for version in ["HTTP/1.0", "HTTP/1.1"] {
            #expect(try await host.exchange("GET / \(version)\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
        }
        #expect(host.backend.received.isEmpty)
        try await host.stop()
    }

    @Test("over HTTP/2, names go on in lower case but those the load balancer writes otherwise; no Via is added")
    func names() async throws {
        let host = try await SigningGateway()
        let client = try await HTTP2Client.open(
            host.gateway, FrameBytes.get(1, "/public/x", [("x-some-name", "1"), ("accept", "a")]))
        #expect(try await client.answer(1).status == 200)
        let names = try #require(host.backend.requests.first).fields.map(\.name)
        #expect(
            names.sorted() == [
                "Host", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto", "accept",
                "x-some-name",
            ])
        try await host.stop()
    }

    @Test("clients share a backend's connection, one after the other, until the backend wants it closed")
    func sharedConnections() async throws {
        let host = try await PlainGateway()
        for _ in 0..<3 { _ = try await host.exchange(get("/", "Connection: close")) }
        #expect(host.backend.requests.count == 3 && host.backend.connections == 1)
        host.backend.respond { _ in .answer(status: 200, fields: [("Connection", "close")], body: []) }
        for _ in 0..<3 { _ = try await host.exchange(get("/", "Connection: close")) }
        #expect(host.backend.requests.count == 6 && host.backend.connections == 3)
        try await host.stop()
    }

    @Test("a backend's connection that a client authenticated by NTLM or Negotiate serves nobody else (attack 34)")
    func authenticatedConnections() async throws {
        let host = try await PlainGateway()
        for (index, credentials) in ["NTLM TlRMTVNTUAAD", "Negotiate YII="].enumerated() {
            let client = try await RawConnection.open(port: host.gateway.port)
            try await client.write(get("/own", "Authorization: \(credentials)"))
            #expect(try await client.read(until: "ok").hasPrefix("HTTP/1.1 200 "))
            #expect(host.backend.connections == index + 1)
            try await client.write(get("/same", "Connection: close"))
            #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 200 "), "the client's connection goes on")
            #expect(host.backend.connections == index + 2)
        }
        #expect(try await host.exchange(get("/next", "Authorization: Basic YTpi\r\nConnection: close")).contains("ok"))
        #expect(host.backend.connections == 3, "the last one is kept")
        #expect(host.backend.requests.map(\.target) == ["/own", "/same", "/own", "/same", "/next"])
        try await host.stop()
    }

    @Test(
        "a backend that answers at once and reads later gets the whole body; the next request waits for that, and goes on"
    )
    func quickAnswer() async throws {
        let folder = try TemporaryFolder()
        let backend = try StalledSocket(path: folder.file("backend.sock"))
        let gateway = try await GatewayAlone(folder: folder) { Configurations.forwarding(port: $0[0]) }
        // More than the system keeps for the backend, and less than the gateway does.
        let body = String(repeating: "x", count: 400_000)
        let client = try await RawConnection.open(port: gateway.port)
        try await client.write(MalformedRequests.head("Content-Length: \(body.utf8.count)", target: "/quick") + body)
        let connection = try backend.answerUnread()
        #expect(try await client.read(until: "unread").hasSuffix("unread"))
        try await client.write(get("/next", "Connection: close"))
        let requests = try connection.requests(2)
        #expect(requests.map(\.target) == ["/quick", "/next"] && requests.map(\.bodyLength) == [400_000, 0])
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast")
        #expect(try await client.readToEnd().hasSuffix("last"))
        _ = try await gateway.program.stop()
    }

    @Test("a request is sent a second time only where nothing of a body went out and repeating it does no harm")
    func repetition() async throws {
        let host = try await PlainGateway()
        // The kept connection dies under each of these.
        for (request, status) in [
            (get("/idempotent", "Connection: close"), 200),
            ("POST /no HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 502),
            ("PUT /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab", 502),
            ("PUT /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 502),
        ] {
            host.backend.respond { _ in .text("ok") }
            _ = try await host.exchange(get("/before", "Connection: close"))
            let connections = host.backend.connections
            host.backend.respond { [backend = host.backend] _ in
                backend.respond { _ in .text("ok") }
                return .hangUp
            }
            let answer = try await host.exchange(request)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(request): \(answer.prefix(60))")
            #expect(host.backend.connections == connections + (status == 200 ? 1 : 0))
        }
        try await host.stop()
    }
}
