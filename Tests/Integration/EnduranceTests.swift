import Foundation
import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "Many idle connections, half-sent heads and large bodies leave the gateway's memory flat", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(5)))
struct EnduranceTests {
    private static let gibibyte = 1 << 30

    @Test(
        "1,000 idle TLS connections, 200 of them with half a head: requests in between are served, memory stays small")
    func idleConnections() async throws {
        // Opening them may take long on a busy machine; none may time out meanwhile.
        let host = try await SigningGateway(attributes: "Attributes: {gatehouse.client_header_timeout.seconds: 300}")
        let user = try await host.signedInBrowser()
        let before = try host.gateway.program.residentKiB()
        let (port, caFile) = (host.gateway.port, host.gateway.caFile)
        var connections: [RawConnection] = []
        for _ in 0..<20 {
            connections += try await withThrowingTaskGroup(of: RawConnection.self) { group in
                for _ in 0..<50 { group.addTask { try await RawConnection.open(port: port, caFile: caFile) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        let head = Array("GET /half HTTP/1.1\r\nHost: localhost\r\nX: yz\r\n\r\n".utf8)
        for index in 0..<200 { try await connections[index].write([UInt8](head[...(index % (head.count - 1))])) }
        // The handshakes of the rest are finished by a request of their own.
        try await connections[999].write("GET /public/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await connections[999].read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        #expect(try await user(host.origin + "/whole").status == 200)
        #expect(host.backend.requests.map(\.path) == ["/public/x", "/whole"])
        let growth = try host.gateway.program.residentKiB() - before
        #expect(growth < 64 * 1024, "1,000 connections took \(growth) KiB")
        #expect(connections[200...].allSatisfy { !$0.isClosed }, "idle connections are kept")
        for connection in connections { await connection.close() }
        #expect(try await user(host.origin + "/after").status == 200)
        try await host.stop()
    }

    @Test("after client_keep_alive.seconds a connection takes its last request, and HTTP/2 says so")
    func connectionAge() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {client_keep_alive.seconds: 60}")
        let plain = try await host.connect()
        let client = try await HTTP2Client.open(host.gateway)
        let request = "GET /public/a HTTP/1.1\r\nHost: localhost\r\n\r\n"
        // Requests keep both from being idle.
        for round in 0..<2 {
            try await plain.write(request)
            try await client.send(FrameBytes.get(Int32(round * 2 + 1), "/public/a"))
            _ = try await eventually("answer \(round + 1)") {
                plain.received.components(separatedBy: "HTTP/1.1 200 ").count == round + 2 ? true : nil
            }
            try await Task.sleep(for: .seconds(30.5))
        }
        #expect(!plain.received.contains("Connection: close"))
        try await plain.write(request)
        #expect(try await plain.readToEnd().components(separatedBy: "Connection: close").count == 2)
        try await client.send(FrameBytes.get(5, "/public/a"))
        #expect(try await client.answer(5).status == 200, "a request that comes before the client knows is served")
        _ = try await client.frame("GOAWAY") { $0.isA(.goAway) && $0.code == 0 }
        try await host.stop()
    }

    @Test("a backend that answers before the body's end still gets all of it")
    func earlyAnswer() async throws {
        let length = 8 << 20
        let host = try await SigningGateway()
        let user = try await host.signedInBrowser()
        let file = host.folder.file("early")
        try Data(count: length).write(to: URL(fileURLWithPath: file))
        for coding in [[], ["--header", "Transfer-Encoding: chunked"]] {
            host.backend.reset()
            let first = ["--http1.1", "--upload-file", file, "--header", "\(StubServer.answerEarly): yes"] + coding
            let answer = try await user.run(
                host.origin + "/public/next",
                first + ["--output", host.folder.file("answer"), host.origin + "/up"]
                    + ["--next", "--http1.1", "--silent", "--cacert", host.gateway.caFile])
            #expect(answer.exitCode == 0, "\(answer)")
            #expect(host.backend.requests.map(\.path) == ["/up", "/public/next"])
            #expect(host.backend.requests.first?.bodyLength == length)
        }
        try await host.stop()
    }

    @Test("1 GiB up, with a length and in chunks, and 1 GiB down: every byte arrives, memory stays flat")
    func largeBodies() async throws {
        let host = try await SigningGateway()
        let user = try await host.signedInBrowser()
        host.backend.respond { $0.path == "/down" ? .zeros(Self.gibibyte) : .text("\($0.bodyLength) bytes") }
        let file = host.folder.file("zeros")
        try Data().write(to: URL(fileURLWithPath: file))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        try handle.truncate(atOffset: UInt64(Self.gibibyte))
        try handle.close()

        let peak = MemoryPeak(of: host.gateway.program.id)
        let watch = Task { try await peak.watch() }
        let up = try await user(host.origin + "/up", "--upload-file", file, "--max-time", "120")
        #expect(up.body == "\(Self.gibibyte) bytes", "\(up)")
        let chunked = try await user(
            host.origin + "/up", "--upload-file", file, "--header", "Transfer-Encoding: chunked", "--max-time", "120")
        #expect(chunked.body == "\(Self.gibibyte) bytes", "\(chunked)")
        let down = try await user(host.origin + "/down", "--max-time", "120", "--output", host.folder.file("down"))
        #expect(down.status == 200 && down.exitCode == 0, "\(down)")
        let size = try FileManager.default.attributesOfItem(atPath: host.folder.file("down"))[.size] as? Int
        #expect(size == Self.gibibyte)
        watch.cancel()
        let (first, highest) = await peak.values
        #expect(highest > 0 && highest - first < 32 * 1024, "memory went from \(first) to \(highest) KiB")
        try await host.stop()
    }
}

/// The highest resident memory of a process while it is watched.
private actor MemoryPeak {
    private let id: Int32
    private var first = 0
    private var highest = 0

    init(of id: Int32) { self.id = id }

    /// In KiB, at the beginning and at its highest.
    var values: (first: Int, highest: Int) { (first, highest) }

    func watch() async throws {
        first = try RunningProgram.residentKiB(of: id)
        while !Task.isCancelled {
            highest = max(highest, try RunningProgram.residentKiB(of: id))
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
