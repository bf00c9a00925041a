import EventLoop
import Foundation
import TLSTesting
import Testing

@testable import OutboundHTTP

@Suite("Calls to servers: what is sent, what is read, and when a call is given up") struct OutboundClientTests {
    static let ok = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

    func target(_ server: ScriptedServer, host: String = "127.0.0.1", isSecure: Bool = false, path: String = "/a?b=c")
        -> OutboundTarget
    {
        OutboundTarget(host: host, port: server.port, isSecure: isSecure, path: path)
    }

    func client(_ deadline: Duration = .seconds(20), roots: String? = nil) throws -> OutboundClient {
        try OutboundClient(trustedRootsFile: roots, deadline: deadline)
    }

    /// What comes of one `GET`.
    func get(
        _ server: ScriptedServer, with client: OutboundClient? = nil, limit: Int = 10_000, body: [UInt8]? = nil
    ) async throws -> Result<OutboundResponse, OutboundFault> {
        let client = try client ?? self.client()
        let target = target(server)
        do throws(OutboundFault) {
            let request: OutboundRequest =
                if let body { .post(target, fields: [], body: body) } else { .get(target, fields: []) }
            return .success(try await client.send(request, limit: limit))
        } catch {
            return .failure(error)
        }
    }

    @Test("requests are whole, with the authority that was asked for, and nothing nobody asked for")
    func requests() async throws {
        let server = try ScriptedServer { _ in [.send(Self.ok)] }
        defer { server.stop() }
        let client = try client()
        _ = try await client.send(.get(target(server), fields: [("Accept", "a/b"), ("X-Y", "z")]), limit: 10)
        _ = try await client.send(
            .post(target(server, path: "/"), fields: [("K", "v")], body: Array("x=1".utf8)), limit: 10)
        #expect(
            server.requests.map(\.text) == [
                "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: gatehouse\r\nAccept: a/b\r\nX-Y: z\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: gatehouse\r\nK: v\r\nContent-Length: 3\r\n\r\nx=1",
            ])
        #expect(OutboundTarget(host: "::1", port: 443, isSecure: true, path: "/").authority == "[::1]")
        #expect(OutboundTarget(host: "a.example", port: 80, isSecure: true, path: "/").authority == "a.example:80")
        #expect(OutboundTarget(host: "a.example", port: 80, isSecure: false, path: "/").authority == "a.example")
    }

    @Test(
        "what a provider or a user put into a value never becomes a line of its own",
        arguments: ["a\r\nX: y", "a\nb", "a\0", "ä", "\t"])
    func injection(value: String) async throws {
        let server = try ScriptedServer { _ in [.send(Self.ok)] }
        defer { server.stop() }
        let client = try client()
        await #expect(throws: OutboundFault.self) {
            try await client.send(.get(target(server), fields: [("Authorization", "Bearer " + value)]), limit: 10)
        }
        await #expect(throws: OutboundFault.self) {
            try await client.send(.get(target(server, path: "/" + value), fields: []), limit: 10)
        }
        await #expect(throws: OutboundFault.self) {
            try await client.send(.get(target(server), fields: [(value, "x")]), limit: 10)
        }
        #expect(server.requests.isEmpty && server.connections == 0)
    }

    @Test(
        "bodies of every framing",
        arguments: [
            "HTTP/1.1 201 Created\r\nContent-Type: a/b; c=d\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 201 Created\r\ncontent-type:  a/b; c=d \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: v\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Type: a/b; c=d\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.0 201 Created\r\nContent-Type: a/b; c=d\r\n\r\nhello",
        ])
    func framings(answer: String) async throws {
        let server = try ScriptedServer { _ in [.send(answer), .close] }
        defer { server.stop() }
        let response = try await get(server).get()
        #expect(response == OutboundResponse(status: 201, contentType: "a/b; c=d", body: Array("hello".utf8)))
    }

    @Test("a connection carries one request after the other; one that is to close carries one")
    func keepsConnections() async throws {
        let server = try ScriptedServer { request in
            request.text.hasPrefix("GET")
                ? [.send(Self.ok)] : [.send(Self.ok.replacing("OK\r\n", with: "OK\r\nConnection: close\r\n"))]
        }
        defer { server.stop() }
        let client = try client()
        for _ in 0..<3 { _ = try await get(server, with: client).get() }
        #expect(server.connections == 1)
        for _ in 0..<2 { _ = try await get(server, with: client, body: [1]).get() }
        _ = try await get(server, with: client).get()
        #expect(server.requests.map(\.connection) == [0, 0, 0, 0, 1, 2])
    }

    @Test("a kept connection that the server has closed, or speaks on unasked, carries nothing more")
    func closedWhileIdle() async throws {
        for after in [ScriptedServer.Step.close, .send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")] {
            let server = try ScriptedServer { _ in [.send(Self.ok), after] }
            defer { server.stop() }
            let client = try client()
            for number in 1...3 {
                let body: [UInt8] = [1]
                let answer = try await get(server, with: client, body: body)
                #expect(try answer.get().body == Array("ok".utf8))
                // Its last word may come after the answer.
                while server.answered < number { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(server.connections == 3)
        }
    }

    @Test("where a kept connection breaks without a word a GET is sent once more, a POST is not")
    func stale() async throws {
        let server = try ScriptedServer { $0.number == 0 ? [.send(Self.ok)] : [.cut] }
        defer { server.stop() }
        let client = try client()
        for _ in 0..<2 { _ = try await get(server, with: client).get() }
        #expect(server.requests.map(\.connection) == [0, 0, 1])
        let fault = try await get(server, with: client, body: [1])
        #expect(fault == .failure(.failed("the connection was closed")))
        #expect(server.requests.count == 4)
        // On a new connection nothing is sent twice either.
        let broken = try ScriptedServer { _ in [.cut] }
        defer { broken.stop() }
        #expect(try await get(broken) == .failure(.failed("the connection was closed")))
        #expect(broken.requests.count == 1)
    }

    @Test(
        "more than is accepted is not read on",
        arguments: [
            "Content-Length: 11\r\n\r\n01234567890", "Content-Length: 100000000000\r\n\r\n01234567890",
            "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n67890\r\n0\r\n\r\n", "\r\n01234567890",
        ])
    func tooLarge(rest: String) async throws {
        let server = try ScriptedServer { _ in [.send("HTTP/1.1 200 OK\r\n" + rest), .close] }
        defer { server.stop() }
        #expect(try await get(server, limit: 10) == .failure(.tooLarge))
        if rest.hasPrefix("Content-Length: 1000") {
            #expect(try await get(server, limit: 11) == .failure(.tooLarge))
        } else {
            #expect(try await get(server, limit: 11).get().body.count == 11)
        }
    }

    @Test(
        "what is no answer, or half of one, is said to be so",
        arguments: [
            ("SSH-2.0-OpenSSH\r\n\r\n", "no HTTP"), ("HTTP/1.1 101 Switching Protocols\r\n\r\n", "no HTTP"),
            (String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 17), "no HTTP"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "no HTTP"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nx", "no HTTP"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "no HTTP"),
            ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 40_000) + "\r\n\r\n", "no HTTP"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", "broke within the answer"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", "broke within the answer"),
            ("HTTP/1.1 200", "broke within the answer"), ("", "the connection was closed"),
        ])
    func malformed(answer: String, words: String) async throws {
        let server = try ScriptedServer { _ in [.send(answer), .close] }
        defer { server.stop() }
        guard case .failure(.failed(let reason)) = try await get(server) else {
            Issue.record("it was taken")
            return
        }
        #expect(reason.contains(words), "\(reason)")
    }

    @Test(
        "a server that is silent, or trickles, is given up at the deadline",
        arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
    func deadline(answer: String) async throws {
        let server = try ScriptedServer { _ in [.send(answer)] }
        defer { server.stop() }
        #expect(try await get(server, with: client(.milliseconds(300))) == .failure(.timedOut))
    }

    @Test("a port where nobody listens refuses at once, and is named by the system's words")
    func refused() async throws {
        let server = try ScriptedServer { _ in [] }
        server.stop()
        for _ in 0..<100 {
            guard case .failure(.failed(let reason)) = try await get(server), reason.contains("refused") else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            return
        }
        Issue.record("it does not refuse")
    }

    @Test("a name is looked up, and each of its addresses tried")
    func names() async throws {
        let server = try ScriptedServer { _ in [.send(Self.ok)] }
        defer { server.stop() }
        let response = try await client().send(.get(target(server, host: "localhost"), fields: []), limit: 10)
        #expect(response.status == 200)
        await #expect(throws: OutboundFault.self) {
            try await client().send(.get(target(server, host: "nowhere.invalid"), fields: []), limit: 10)
        }
    }

    @Test("many calls at once share a bounded number of connections, and all are answered")
    func many() async throws {
        let server = try ScriptedServer { _ in [.send(Self.ok)] }
        defer { server.stop() }
        let client = try client()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<300 { group.addTask { try await get(server, with: client).get().status } }
            for try await status in group { #expect(status == 200) }
        }
        #expect(server.requests.count == 300 && server.connections <= OutboundPool.connectionLimit)
    }

    @Test("those that wait for a connection are given up in time, and do not hold up the others")
    func waiting() async throws {
        let server = try ScriptedServer { _ in [] }
        defer { server.stop() }
        let client = try client(.milliseconds(500))
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<(OutboundPool.connectionLimit + 20) {
                group.addTask { (try? await get(server, with: client)) == .failure(.timedOut) }
            }
            for await isTimedOut in group { #expect(isTimedOut) }
        }
    }

    @Test("a call on a loop's thread comes back on that thread")
    func staysOnItsLoop() async throws {
        let server = try ScriptedServer { _ in [.send(Self.ok)] }
        defer { server.stop() }
        let client = try client()
        let thread = try LoopThread()
        let target = target(server)
        let isSame = try await Task(executorPreference: thread.executor) {
            let before = Loop.current.map(ObjectIdentifier.init)
            _ = try await client.send(.get(target, fields: []), limit: 10)
            return before != nil && before == Loop.current.map(ObjectIdentifier.init)
        }.value
        #expect(isSame)
    }

    @Test("a kept connection is used without a look-up of its name, and where it breaks a GET finds its way anew")
    func keptByName() async throws {
        let server = try ScriptedServer { $0.number == 0 ? [.send(Self.ok)] : [.cut] }
        defer { server.stop() }
        let client = try client()
        for _ in 0..<3 {
            let response = try await client.send(.get(target(server, host: "localhost"), fields: []), limit: 10)
            #expect(response.status == 200)
        }
        #expect(server.requests.map(\.connection) == [0, 0, 1, 1, 2])
    }

    @Test("frames of chunks that are much longer than what they frame are not read for ever")
    func overhead() async throws {
        let chunk = "1;x=" + String(repeating: "y", count: 4000) + "\r\nz\r\n"
        let server = try ScriptedServer { _ in
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 1000))]
        }
        defer { server.stop() }
        #expect(try await get(server) == .failure(.tooLarge))
    }

    @Test("who is called off asks nothing") func cancelled() async throws {
        let server = try ScriptedServer { _ in [.send(Self.ok)] }
        defer { server.stop() }
        let client = try client()
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await get(server, with: client)
        }
        #expect(try await call.value == .failure(.failed("it was called off")))
        #expect(server.requests.isEmpty)
    }

    /// Asks in a task of its own, as what fetches a document for many does.
    private actor Fetcher {
        private let client: OutboundClient
        init(_ client: OutboundClient) { self.client = client }

        func fetch(_ target: OutboundTarget) async throws -> Int {
            let work = Task { try await perform(target) }
            return try await work.value
        }

        private func perform(_ target: OutboundTarget) async throws -> Int {
            try await client.send(.get(target, fields: []), limit: 10).status
        }
    }

    @Test("a task that came to a loop's thread by way of an actor goes on elsewhere, and is answered")
    func borrowedThread() async throws {
        let server = try ScriptedServer { _ in [.send(Self.ok)] }
        defer { server.stop() }
        let thread = try LoopThread()
        let fetcher = Fetcher(try client())
        let target = target(server, host: "localhost")
        for _ in 0..<50 {
            let status = try await Task(executorPreference: thread.executor) { try await fetcher.fetch(target) }.value
            #expect(status == 200)
        }
    }
}
