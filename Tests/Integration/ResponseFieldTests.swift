import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "Response headers by key, on the real process", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ResponseFieldTests {
    private static let stated = """
        {routing.http.response.x_frame_options.header_value: SAMEORIGIN, \
        routing.http.response.strict_transport_security.header_value: max-age=7}
        """

    @Test("what a listener states replaces what a backend and the gateway's own pages say; others' fields stay")
    func stated() async throws {
        let host = try await PlainGateway(listenerAttributes: Self.stated) { request in
            request.path == "/nonsense"
                ? .raw(Array("nonsense\r\n\r\n".utf8))
                : .answer(
                    status: 200, fields: [("x-frame-options", "ALLOWALL"), ("Server", "backend")], body: [0x61])
        }
        let client = Curl()
        let forwarded = try await client(host.origin + "/")
        #expect(forwarded.values("x-frame-options") == ["SAMEORIGIN"])
        #expect(forwarded.values("strict-transport-security") == ["max-age=7"])
        #expect(forwarded.values("server") == ["backend"])
        let own = try await client(host.origin + "/nonsense")
        #expect(own.status == 502 && own.values("x-frame-options") == ["SAMEORIGIN"])
        #expect(own.values("server") == ["awselb/2.0"] && own.values("strict-transport-security") == ["max-age=7"])
        try await host.stop()
    }

    @Test("the same over HTTP/2; Server is left out where it is switched off")
    func http2() async throws {
        let host = try await SigningGateway(
            listenerAttributes: Self.stated.dropLast() + ", routing.http.response.server.enabled: false}")
        host.backend.respond { _ in
            .answer(status: 200, fields: [("X-Frame-Options", "ALLOWALL"), ("Server", "backend")], body: [0x61])
        }
        let client = try await HTTP2Client.open(
            host.gateway, FrameBytes.get(1, "/public/a") + FrameBytes.get(3, "/.gatehouse/none"))
        for (stream, status) in [(1, 200), (3, 404)] as [(Int32, Int)] {
            let answer = try await client.answer(stream)
            #expect(answer.status == status)
            #expect(answer.fields.filter { $0.name == "x-frame-options" }.map(\.value) == ["SAMEORIGIN"])
            #expect(answer.value("strict-transport-security") == "max-age=7" && answer.value("server") == nil)
        }
        try await host.stop()
    }
}
