import Foundation
import TLS
import TLSTesting
import Testing

@testable import OutboundHTTP

@Suite("Whom calls over TLS trust") struct TrustTests {
    private func status(
        _ server: ScriptedServer, host: String, roots: String?, deadline: Duration = .seconds(20)
    ) async throws -> Result<Int, OutboundFault> {
        let client = try OutboundClient(trustedRootsFile: roots, deadline: deadline)
        let target = OutboundTarget(host: host, port: server.port, isSecure: true, path: "/")
        do {
            return .success(try await client.send(.get(target, fields: []), limit: 1000).status)
        } catch {
            return .failure(error)
        }
    }

    @Test("a certificate that a trusted file vouches for, for that name or address, and no other")
    func trust() async throws {
        let certificate = try await TestCertificate()
        let other = try await TestCertificate()
        let server = try ScriptedServer(certificate: certificate) { _ in [.send(OutboundClientTests.ok)] }
        defer { server.stop() }
        #expect(try await status(server, host: "localhost", roots: certificate.chainFile) == .success(200))
        #expect(try await status(server, host: "127.0.0.1", roots: certificate.chainFile) == .success(200))
        #expect(try await status(server, host: "localhost", roots: nil) == .failure(.untrusted))
        #expect(try await status(server, host: "localhost", roots: other.chainFile) == .failure(.untrusted))
        #expect(server.requests.count == 2, "nothing is sent to a server that is not trusted")

        let elsewhere = try ScriptedServer(on: "127.0.0.2", certificate: certificate) { _ in
            [.send(OutboundClientTests.ok)]
        }
        defer { elsewhere.stop() }
        #expect(try await status(elsewhere, host: "127.0.0.2", roots: certificate.chainFile) == .failure(.otherHost))
        #expect(elsewhere.requests.isEmpty)
    }

    @Test("a server that speaks no TLS is not spoken to")
    func plainServer() async throws {
        let certificate = try await TestCertificate()
        let server = try ScriptedServer { _ in [.send(OutboundClientTests.ok)] }
        defer { server.stop() }
        // It waits for the end of what it takes for a request.
        let result = try await status(
            server, host: "127.0.0.1", roots: certificate.chainFile, deadline: .milliseconds(500))
        #expect(result == .failure(.timedOut) && server.requests.isEmpty)
    }

    @Test("a body that ends with the connection ends with TLS's goodbye only: cut off, it may be cut short")
    func truncation() async throws {
        let certificate = try await TestCertificate()
        for (end, isTaken) in [(ScriptedServer.Step.close, true), (.cut, false)] {
            let server = try ScriptedServer(certificate: certificate) { _ in
                [.send("HTTP/1.0 200 OK\r\n\r\n{}"), end]
            }
            defer { server.stop() }
            let result = try await status(server, host: "127.0.0.1", roots: certificate.chainFile)
            #expect(result == (isTaken ? .success(200) : .failure(.failed("the connection was cut off"))))
        }
    }

    @Test("kept connections and large bodies over TLS")
    func largeBodies() async throws {
        let certificate = try await TestCertificate()
        let body = String(repeating: "0123456789", count: 20_000)
        let server = try ScriptedServer(certificate: certificate) { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)]
        }
        defer { server.stop() }
        let client = try OutboundClient(trustedRootsFile: certificate.chainFile, deadline: .seconds(20))
        let target = OutboundTarget(host: "localhost", port: server.port, isSecure: true, path: "/")
        for _ in 0..<3 {
            let response = try await client.send(
                .post(target, fields: [], body: Array(body.utf8)), limit: body.utf8.count)
            #expect(response.body == Array(body.utf8))
        }
        #expect(server.connections == 1)
    }

    @Test("a file without certificates is refused by name")
    func noRoots() {
        for path in ["/nonexistent.pem", "/etc/hostname"] {
            let error = #expect(throws: TLSError.self) {
                try OutboundClient(trustedRootsFile: path, deadline: .seconds(1))
            }
            #expect(error?.description.contains(path) == true)
        }
    }
}
