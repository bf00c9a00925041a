import Foundation
import ProcessTesting
import Testing

@Suite(
    "Malformed and oversized requests are answered by the gateway, and the backend sees nothing", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct RequestHygieneTests {
    private func head(
        _ fields: String, method: String = "GET", target: String = "/"
    ) -> String { MalformedRequests.head(fields, method: method, target: target) }

    @Test("framing tricks, malformed heads, ambiguous targets: one 400, connection closed, nothing forwarded")
    func malformed() async throws {
        let host = try await PlainGateway()
        for (name, request) in MalformedRequests.all {
            let answer: String
            do {
                answer = try await host.exchange(request)
            } catch {
                Issue.record("\(name): \(error)")
                continue
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(name): \(answer.prefix(100))")
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(name): more than one answer")
        }
        // A body that breaks in its middle may have reached the backend as a head, never as a whole request.
        let seen = host.backend.requests.filter { $0.bodyLength > 0 || $0.value("transfer-encoding") == nil }
        #expect(seen.isEmpty, "\(seen)")
        #expect(!host.backend.received.contains("GET /x"))
        try await host.stop()
    }

    @Test("what is wrong in other ways has its own status")
    func statuses() async throws {
        let host = try await PlainGateway()
        let long = String(repeating: "a", count: 16 * 1024)
        let many = (0..<9).map { "X\($0): " + String(repeating: "a", count: 8000) }.joined(separator: "\r\n")
        let cases: [(name: String, request: String, status: Int)] = [
            ("request line over 16 K", head("X: y", target: "/" + long), 414),
            ("field over 16 K", head("X: " + long), 431),
            ("fields over 64 K", head(many), 431),
            ("HTTP/0.9", "GET /\r\n\r\n", 400), ("HTTP/0.9 by name", "GET / HTTP/0.9\r\nHost: localhost\r\n\r\n", 505),
            ("HTTP/2 in the first line", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
            ("unknown transfer coding", head("Transfer-Encoding: gzip, chunked", method: "POST") + "0\r\n\r\n", 501),
            ("chunked not last", head("Transfer-Encoding: chunked, identity", method: "POST") + "0\r\n\r\n", 501),
            ("unknown expectation", head("Expect: tea\r\nContent-Length: 0", method: "POST"), 417),
            ("TRACE", head("X: y", method: "TRACE"), 405),
            ("CONNECT", "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n", 405),
        ]
        for (name, request, status) in cases {
            // Not all of these end the connection; the answer's first line is what counts.
            let connection = try await RawConnection.open(port: host.gateway.port)
            try await connection.write(request)
            let answer = try await connection.read(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(name): \(answer.prefix(100))")
            // A 405 names what is offered (RFC 9110 §15.5.6).
            #expect(answer.contains("\r\nAllow: GET, HEAD, ") == (status == 405), "\(name): \(answer.prefix(200))")
        }
        #expect(host.backend.requests.isEmpty, "\(host.backend.requests)")
        try await host.stop()
    }

    @Test("what is just within the limits is forwarded whole")
    func withinLimits() async throws {
        let host = try await PlainGateway()
        let target = "/" + String(repeating: "a", count: 16 * 1024 - 40)
        let value = String(repeating: "b", count: 16 * 1024 - 40)
        let answer = try await host.exchange(head("X: \(value)\r\nConnection: close", target: target))
        #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer.prefix(100))")
        #expect(host.backend.requests.last?.target == target)
        #expect(host.backend.requests.last?.value("x") == value)
        try await host.stop()
    }

    @Test("keep-alive and pipelining: answers come in order, on one connection")
    func keepAlive() async throws {
        let host = try await PlainGateway { .text("you asked for \($0.target)") }
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(head("X: y", target: "/1"))
        _ = try await connection.read(until: "you asked for /1")
        try await connection.write(head("X: y", target: "/2") + head("Connection: close", target: "/3"))
        let text = try await connection.readToEnd()
        let places = ["/1", "/2", "/3"].compactMap { text.firstRange(of: "you asked for \($0)")?.lowerBound }
        #expect(places.count == 3 && places == places.sorted())
        #expect(host.backend.requests.map(\.target) == ["/1", "/2", "/3"])
        #expect(host.backend.connections == 1, "the next request goes out once the connection is back in the pool")
        try await host.stop()
    }

    @Test("bodies pass with a length, in chunks and after 100 Continue; a streamed answer passes piece by piece")
    func bodies() async throws {
        let host = try await PlainGateway { .text("\($0.bodyLength) bytes") }
        let client = Curl()
        #expect(try await client(host.origin + "/", "--data", "hell").body == "4 bytes")
        let chunked = try await client(host.origin + "/", "--header", "Transfer-Encoding: chunked", "--data", "hello")
        #expect(chunked.body == "5 bytes", "\(chunked)")
        let expecting = try await client(host.origin + "/", "--header", "Expect: 100-continue", "--data", "hello!")
        #expect(expecting.body == "6 bytes", "\(expecting)")

        host.backend.respond { _ in .pieces(["one", "two", "three"], pause: .milliseconds(400)) }
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(head("X: y"))
        #expect(try await !connection.read(until: "one").contains("three"), "pieces are not held back")
        #expect(try await connection.read(until: "three").contains("two"))
        try await host.stop()
    }

    @Test("a backend that hangs up or answers nonsense is 502: a page for people, JSON for programs")
    func backendFaults() async throws {
        let host = try await PlainGateway { _ in .hangUp }
        let client = Curl()
        let page = try await client(host.origin + "/")
        #expect(page.status == 502 && page.body.contains("<h1"), "\(page)")
        let json = try await client(host.origin + "/", "--header", "Accept: application/json")
        #expect(
            json.status == 502 && json.value("content-type")?.contains("application/problem+json") == true, "\(json)")
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 2xx OK\r\n\r\n",
            "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        ] {
            host.backend.respond { _ in .raw(Array(answer.utf8)) }
            let status = try await client(host.origin + "/").status
            #expect(status == 502, "\(answer.debugDescription): \(status)")
        }
        host.backend.stop()
        #expect([502, 503].contains(try await client(host.origin + "/").status))
        try await host.stop()
    }

    @Test("a backend's response head passes up to 32 K; beyond it is 502 (§6.2)")
    func responseHeads() async throws {
        let host = try await PlainGateway()
        for (count, status) in [(31 * 1024, 200), (33 * 1024, 502)] {
            let value = String(repeating: "a", count: count)
            host.backend.respond { _ in .answer(status: 200, fields: [("X-Large", value)], body: []) }
            let answer = try await host.exchange(head("Connection: close"))
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(count): \(answer.prefix(60))")
            #expect(answer.contains(value) == (status == 200))
        }
        try await host.stop()
    }

    @Test("timeouts: half a head 408, an idle connection closed, a silent backend 504")
    func timeouts() async throws {
        let host = try await PlainGateway(
            attributes: "Attributes: {idle_timeout.timeout_seconds: 2, gatehouse.client_header_timeout.seconds: 1}"
        ) { _ in .silence }
        let slow = try await host.exchange("GET / HTTP/1.1\r\nHost: loc")
        #expect(slow.hasPrefix("HTTP/1.1 408 "), "\(slow.prefix(100))")
        let idle = try await host.exchange("", within: .seconds(8))
        #expect(!idle.contains("HTTP/1.1 200"), "an idle connection is closed within its time")
        #expect(host.backend.requests.isEmpty)
        let answer = try await Curl()(host.origin + "/")
        #expect(answer.status == 504, "\(answer)")
        try await host.stop()
    }

    @Test("an upload may take longer than the idle timeout, as long as it goes on; one that stops is 408")
    func slowUpload() async throws {
        let host = try await PlainGateway(attributes: "Attributes: {idle_timeout.timeout_seconds: 2}")
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write("POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n")
        for _ in 0..<10 {
            try await Task.sleep(for: .milliseconds(500))
            try await connection.write("x")
        }
        #expect(try await connection.read(until: "ok").hasPrefix("HTTP/1.1 200 "))
        #expect(host.backend.requests.map(\.bodyLength) == [10])
        let stopped = try await host.exchange("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx")
        #expect(stopped.hasPrefix("HTTP/1.1 408 "), "\(stopped.prefix(60))")
        try await host.stop()
    }

    @Test("a body that drips is 408 though each byte comes in time; a reader that takes nothing is dropped (105)")
    func drippingClients() async throws {
        let host = try await PlainGateway(
            attributes: "Attributes: {gatehouse.client_header_timeout.seconds: 1, idle_timeout.timeout_seconds: 2}"
        ) { request in
            .answer(
                status: 200, fields: [], body: Array(repeating: 0x61, count: request.method == "GET" ? 64 << 20 : 0))
        }
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
        let drip = Task {
            while !Task.isCancelled {
                try await connection.write("x")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        #expect(try await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 408 "))
        drip.cancel()
        let reader = try await RawConnection.open(port: host.gateway.port)
        try await reader.takes(false)
        try await reader.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        try await Task.sleep(for: .seconds(4))
        try? await reader.takes(true)
        let taken = (try? await reader.readToEnd().utf8.count) ?? 0
        #expect(taken < 64 << 20, "the response was dropped, not kept for a client that takes nothing")
        try await host.stop()
    }

    @Test("a backend whose backlog is full is waited for: 504 after the connect timeout, served if it wakes up in time")
    func busyBackend() async throws {
        let folder = try TemporaryFolder()
        let backend = try BusySocket(path: folder.file("backend.sock"))
        let gateway = try await GatewayAlone(folder: folder) {
            Configurations.forwarding(port: $0[0], attributes: "Attributes: {gatehouse.connect_timeout.seconds: 2}")
        }
        let address = "http://localhost:\(gateway.port)/"
        let refused = try await Curl()(address)
        #expect(refused.status == 504, "\(refused)")
        async let waiting = Curl()(address, "--data", "a body that waits too")
        try await Task.sleep(for: .milliseconds(300))
        backend.serveAll()
        let served = try await waiting
        #expect(served.status == 200 && served.body == "at last", "\(served)")
        _ = try await gateway.program.stop()
    }
}
