import ProcessTesting
import Testing

@Suite(
    "Requests that two servers could understand differently, on the real process",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct DesyncModeTests {
    /// A GET with a body, which is Ambiguous, and a request behind it.
    private static let ambiguous =
        "GET /ambiguous HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody"
        + "GET /behind HTTP/1.1\r\nHost: localhost\r\n\r\n"
    /// A GET of length 0, which is Acceptable.
    private static let acceptable =
        "GET /acceptable HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    private static let plain = "GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    private func host(_ mode: String) async throws -> PlainGateway {
        try await PlainGateway(attributes: "Attributes: {routing.http.desync_mitigation_mode: \(mode)}")
    }

    @Test("defensive: an ambiguous request passes, nothing behind it does, and neither connection is used again")
    func defensive() async throws {
        let host = try await host("defensive")
        _ = try await host.exchange(Self.plain)
        #expect(host.backend.connections == 1)
        let answer = try await host.exchange(Self.ambiguous)
        #expect(
            answer.hasPrefix("HTTP/1.1 200 ") && answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(answer)")
        #expect(host.backend.requests.map(\.target) == ["/plain", "/ambiguous"])
        #expect(host.backend.requests.last?.bodyLength == 4)
        #expect(host.backend.connections == 1, "the kept connection was used")
        _ = try await host.exchange(Self.plain)
        #expect(host.backend.connections == 2, "the connection behind an ambiguous request is not kept")
        #expect(try await host.exchange(Self.acceptable).hasPrefix("HTTP/1.1 200 "))
        #expect(host.backend.connections == 2)
        try await host.stop()
    }

    @Test("monitor: what is not compliant passes, and the connection goes on")
    func monitor() async throws {
        let host = try await host("monitor")
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write(Self.ambiguous + Self.plain)
        let all = try await connection.readToEnd()
        #expect(all.components(separatedBy: "HTTP/1.1 200 ").count == 4, "\(all)")
        #expect(host.backend.requests.map(\.target) == ["/ambiguous", "/behind", "/plain"])
        try await host.stop()
    }

    @Test("strictest: only what is compliant passes; the backend sees nothing of the rest")
    func strictest() async throws {
        let host = try await host("strictest")
        for request in [
            Self.ambiguous, Self.acceptable, Self.plain.replacing("/plain HTTP/1.1", with: "/ HTTP/1.1\r\nX: \u{e9}"),
        ] {
            let answer = try await host.exchange(request)
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
        }
        #expect(host.backend.received.isEmpty)
        #expect(try await host.exchange(Self.plain).hasPrefix("HTTP/1.1 200 "))
        try await host.stop()
    }

    @Test(
        "what cannot be understood in one way only is refused in every mode",
        arguments: ["monitor", "defensive", "strictest"])
    func refused(_ mode: String) async throws {
        let host = try await host(mode)
        for fields in [
            "Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 4\r\nContent-Length: 4",
            "Content_Length: 4", "Transfer_Encoding: chunked", "X: a\r\n b", "X : a", ": a",
        ] {
            let answer = try await host.exchange("POST / HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\r\n0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(fields): \(answer)")
        }
        #expect(host.backend.received.isEmpty)
        try await host.stop()
    }

    @Test("field names that are not letters, digits and hyphens are left out where that is asked for")
    func droppedFields() async throws {
        let host = try await PlainGateway(
            attributes: "Attributes: {routing.http.drop_invalid_header_fields.enabled: true}")
        _ = try await host.exchange(
            Self.plain.replacing(
                "Connection", with: "X_Y: dropped\r\nX@Z: dropped\r\nx.y: dropped\r\nGood-1: kept\r\nConnection"))
        #expect(host.backend.requests.count == 1 && !host.backend.received.contains("dropped"))
        #expect(host.backend.requests.first?.values("good-1") == ["kept"])
        try await host.stop()
    }

    @Test("more than thirty addresses in X-Forwarded-For are 463")
    func tooManyAddresses() async throws {
        let host = try await PlainGateway()
        func request(_ count: Int) -> String {
            let addresses = Array(repeating: "192.0.2.1", count: count).joined(separator: ", ")
            return Self.plain.replacing("Connection", with: "X-Forwarded-For: \(addresses)\r\nConnection")
        }
        #expect(try await host.exchange(request(31)).hasPrefix("HTTP/1.1 463 "))
        #expect(host.backend.received.isEmpty)
        #expect(try await host.exchange(request(30)).hasPrefix("HTTP/1.1 200 "))
        try await host.stop()
    }
}
