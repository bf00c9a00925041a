import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "One host for each request: the target, Host and the TLS handshake agree, or no backend sees it", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct AuthorityTests {
    @Test("an absolute-form target goes on as its path where it names the host that Host names, else 400")
    func absoluteForm() async throws {
        let host = try await PlainGateway()
        for (target, field, status) in [
            ("http://localhost/a?b", "localhost", 200), ("HTTP://LOCALHOST:80/a?b", "localhost.", 200),
            ("http://other/a?b", "localhost", 400), ("http://localhost:81/a?b", "localhost", 400),
            ("http://localhost@other/a?b", "localhost", 400), ("http://user@localhost/a?b", "localhost", 400),
            ("http://localhost?b", "localhost", 400), ("https://localhost/a?b", "localhost", 421),
            ("http:///a?b", "localhost", 400), ("ftp://localhost/a?b", "localhost", 400),
        ] {
            host.backend.reset()
            let answer = try await host.exchange(
                "GET \(target) HTTP/1.1\r\nHost: \(field)\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(target), \(field): \(answer.prefix(100))")
            #expect(host.backend.requests.map(\.target) == (status == 200 ? ["/a?b"] : []), "\(target), \(field)")
        }
        try await host.stop()
    }

    @Test("a Host that is not the handshake's is 421; case, port, trailing dot and an address do not matter")
    func serverName() async throws {
        let host = try await SigningGateway()
        for (field, status) in [
            ("localhost", 200), ("LOCALHOST.:8443", 200), ("127.0.0.1", 200), ("[::1]:443", 200),
            ("other.example", 421),
            ("localhost.example", 421), ("local", 421),
        ] {
            host.backend.reset()
            #expect(try await host.status("/public/a", host: "Host: \(field)") == status, "\(field)")
            #expect(host.backend.requests.count == (status == 200 ? 1 : 0), "\(field)")
        }
        #expect(try await host.status("/oauth2/logout", host: "Host: other.example") == 421)
        try await host.stop()
    }

    @Test("over HTTP/2: another authority is 421, and a path that holds one is malformed")
    func http2() async throws {
        let host = try await SigningGateway()
        let client = try await HTTP2Client.open(host.gateway)
        for (stream, authority, path, status) in [
            (1, "localhost", "/public/a", 200), (3, "other.example", "/public/a", 421),
            (5, "localhost", "https://localhost/public/a", 0),  // reset
        ] as [(Int32, String, String, Int)] {
            host.backend.reset()
            try await client.send(
                FrameBytes.headers(stream, FrameBytes.request("GET", path, authority: authority)))
            #expect(try await client.answer(stream).status == status, "\(authority) \(path)")
            #expect(host.backend.requests.count == (status == 200 ? 1 : 0), "\(authority) \(path)")
        }
        try await host.stop()
    }
}
