import Foundation
import TLS
import TLSTesting
import Testing

@Suite("Bytes come through intact, whatever the pieces")
struct TransferTests {
    private let certificate: TestCertificate

    init() async throws { certificate = try await TestCertificate() }

    private func expectEcho(count: Int, _ options: [String], _ behaviour: EchoServer.Behaviour) async throws {
        let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var behaviour = behaviour
        behaviour.closesAfter = count
        let server = try EchoServer(certificate, ticketKeys: [UInt8](0..<80), behaviour: behaviour)
        let client = try await connect(to: server, certificate, options + ["-quiet"], input: sent)
        let log = try await server.stop()
        #expect(log.endings == ["said goodbye"] && log.handshakes.count == 1)
        #expect(client.code == 0, "\(client.errors)")
        let isIntact = client.output == sent
        #expect(isIntact, "\(client.output.count) of \(sent.count) bytes")
    }

    @Test("1 MiB there and back", arguments: ["-tls1_2", "-tls1_3"])
    func large(version: String) async throws {
        try await expectEcho(count: 1 << 20, [version], .init())
    }

    @Test("ciphertext that arrives byte by byte, handshake included", arguments: ["-tls1_2", "-tls1_3"])
    func byteByByte(version: String) async throws {
        try await expectEcho(count: 50_000, [version], .init(cipherPiece: 1))
    }

    @Test("plaintext read in small pieces", arguments: [1, 7, 1000])
    func smallReads(size: Int) async throws {
        try await expectEcho(count: 100_000, [], .init(plainPiece: size))
    }

    @Test("pieces that fit neither records nor buffers")
    func oddPieces() async throws {
        try await expectEcho(count: 300_000, [], .init(cipherPiece: 1453, plainPiece: 4099))
    }
}
