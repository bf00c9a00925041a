import Foundation
import ProcessTesting
import Testing

@Suite(
    "gatehouse why tells what the gateway does", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ExplanationTests {
    @Test("the head it shows is, byte for byte, the head the backend gets")
    func sameHead() async throws {
        let host = try await PlainGateway()
        for (target, headers) in [
            ("/", []), ("/a/%2e%2e/b%7e?q=%2f&r", ["Accept: */*", "X-Forwarded-For: 192.0.2.1"]),
            ("/x", ["Connection: close, x-gone", "X-Gone: 1", "x_amzn_oidc_identity: me", "Proxy: p", "Cookie: a=b"]),
        ] as [(String, [String])] {
            host.backend.reset()
            let name = "localhost:\(host.gateway.port)"
            _ = try await host.exchange(
                (["GET \(target) HTTP/1.1", "Host: \(name)"] + headers.filter { !$0.hasPrefix("Connection") }
                    + [headers.first { $0.hasPrefix("Connection") } ?? "Connection: close", "", ""])
                    .joined(separator: "\r\n"))
            let told = try await Tool.run(
                try Programs.path("gatehouse"),
                ["why", "GET", "http://\(name)\(target)", "--config", host.folder.file("gateway.yaml")]
                    + ["--state", host.folder.file("state")] + headers.flatMap { ["--header", $0] })
            #expect(told.exitCode == 0, "\(told.output)")
            let lines = host.backend.received.components(separatedBy: "\r\n").dropLast(2)
            let shown = told.output.components(separatedBy: "\n").filter { $0.hasPrefix("    ") }.map {
                $0.dropFirst(4)
            }
            #expect(shown.map { masked(String($0)) } == lines.map { masked($0) }, "\(told.output)")
        }
        try await host.stop()
    }

    /// A line without its trace id, which is made for each request.
    private func masked(_ line: String) -> String { line.replacing(/1-[0-9a-f]{8}-[0-9a-f]{24}/, with: "ID") }
}
