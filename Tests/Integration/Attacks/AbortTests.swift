import ProcessTesting
import Testing

@Suite(
    "Clients that break off in every state leave nothing behind (attack 94)", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct AbortTests {
    @Test("within a request: no backend sees a whole one, and the next client is served")
    func requests() async throws {
        let host = try await PlainGateway()
        let request = Array(
            "POST /cut HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                .utf8)
        for end in 0..<request.count {
            let connection = try await RawConnection.open(port: host.gateway.port)
            try await connection.write(Array(request[..<end]))
            await connection.close()
        }
        #expect(
            try await host.exchange("GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").hasPrefix(
                "HTTP/1.1 200 "))
        #expect(host.backend.requests.count { $0.target == "/after" } == 1)
        #expect(!host.backend.received.contains("0\r\n\r\n"), "a body that was cut is not ended")
        try await host.stop()
    }

    @Test("within a response of every framing: the backend's connection ends, and the next client is served")
    func responses() async throws {
        let body = [UInt8](repeating: 0x61, count: 300_000)
        let answers: [StubResponse] = [
            .answer(status: 200, fields: [], body: body), .pieces(["one", "two", "three"], pause: .milliseconds(20)),
            .raw(Array("HTTP/1.1 200 OK\r\n\r\nuntil the end".utf8)), .silence,
        ]
        for answer in answers {
            let host = try await PlainGateway { $0.path == "/after" ? .text("ok") : answer }
            for pause in [0, 5, 30] {
                let connection = try await RawConnection.open(port: host.gateway.port)
                try await connection.write("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n")
                try await Task.sleep(for: .milliseconds(pause))
                await connection.close()
            }
            let after = try await host.exchange("GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(after.hasPrefix("HTTP/1.1 200 ") && after.hasSuffix("ok"), "\(after)")
            try await host.stop()
        }
    }
}
