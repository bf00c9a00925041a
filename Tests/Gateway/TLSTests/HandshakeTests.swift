import Foundation
import TLSTesting
import Testing

@Suite("TLS 1.2 and 1.3 as clients speak it; nothing older, nothing weaker")
struct HandshakeTests {
    private static let keys = [UInt8](0..<80)
    private let certificate: TestCertificate

    init() async throws { certificate = try await TestCertificate() }

    private func server(closesAfter: Int = 5) throws -> EchoServer {
        try EchoServer(certificate, ticketKeys: Self.keys, behaviour: .init(closesAfter: closesAfter))
    }

    @Test(
        "both versions, with the server's choice of cipher",
        arguments: [
            ("-tls1_3", "TLSv1.3 TLS_AES_128_GCM_SHA256"), ("-tls1_2", "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256"),
        ])
    func versions(option: String, negotiated: String) async throws {
        let server = try server()
        let client = try await connect(to: server, certificate, [option])
        let log = try await server.stop()
        #expect(log.startError == nil)
        #expect(client.code == 0 && client.text.contains("Verify return code: 0 (ok)"), "\(client.text)")
        #expect(client.text.contains("hello"))
        #expect(log.handshakes == [negotiated])
        #expect(log.endings == ["said goodbye"])
    }

    @Test("RSA certificates work too")
    func rsa() async throws {
        let certificate = try await TestCertificate(["rsa:2048"])
        let server = try EchoServer(certificate, ticketKeys: Self.keys, behaviour: .init(closesAfter: 5))
        let client = try await connect(to: server, certificate, ["-tls1_2"])
        #expect(client.code == 0, "\(client.text)")
        #expect(try await server.stop().handshakes == ["TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256"])
    }

    @Test(
        "older versions and weaker ciphers are refused with an alert",
        arguments: [
            (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], "unsupported protocol", "alert protocol version"),
            (["-tls1", "-cipher", "ALL:@SECLEVEL=0"], "unsupported protocol", "alert protocol version"),
            (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], "no shared cipher", "alert handshake failure"),
            (["-tls1_2", "-cipher", "AES128-GCM-SHA256"], "no shared cipher", "alert handshake failure"),
            (["-tls1_3", "-curves", "P-521"], "no suitable key share", "alert handshake failure"),
        ])
    func refused(options: [String], reason: String, alert: String) async throws {
        let server = try server()
        let client = try await connect(to: server, certificate, options)
        let log = try await server.stop()
        #expect(client.code != 0 && client.text.contains(alert), "\(client.text)")
        #expect(log.handshakes.isEmpty)
        #expect(log.endings.count == 1 && log.endings[0].contains(reason), "\(log.endings)")
    }

    @Test(
        "http/1.1 is chosen wherever the client offers it, http/1.0 where it offers nothing better",
        arguments: [
            (["-alpn", "http/1.1"], "ALPN protocol: http/1.1"), (["-alpn", "h2,http/1.1"], "ALPN protocol: http/1.1"),
            (["-alpn", "http/1.1,h2", "-tls1_2"], "ALPN protocol: http/1.1"),
            (["-alpn", "http/1.0,http/1.1"], "ALPN protocol: http/1.1"),
            (["-alpn", "http/1.0"], "ALPN protocol: http/1.0"),
            ([], "No ALPN negotiated"),
        ])
    func applicationProtocol(options: [String], chosen: String) async throws {
        let server = try server()
        let client = try await connect(to: server, certificate, options)
        #expect(client.code == 0 && client.text.contains(chosen), "\(client.text)")
        #expect(try await server.stop().handshakes.count == 1)
    }

    @Test(
        "a client of other protocols only is refused (RFC 7301)",
        arguments: ["h2", "ftp,imap", "http/1.10", "http/0.9", "HTTP/1.1"])
    func otherProtocols(offered: String) async throws {
        let server = try server()
        let client = try await connect(to: server, certificate, ["-alpn", offered])
        let log = try await server.stop()
        #expect(client.code != 0 && client.text.contains("no application protocol"), "\(client.text)")
        #expect(log.handshakes.isEmpty)
    }

    @Test("sessions are resumed by another context with the same ticket keys", arguments: ["-tls1_2", "-tls1_3"])
    func resumption(version: String) async throws {
        let ticket = certificate.file("session.pem")
        let first = try server()
        let before = try await connect(to: first, certificate, [version, "-sess_out", ticket])
        #expect(before.code == 0 && before.text.contains("New, TLSv1"), "\(before.text)")
        _ = try await first.stop()

        let second = try server()
        let after = try await connect(to: second, certificate, [version, "-sess_in", ticket])
        #expect(after.code == 0 && after.text.contains("Reused, TLSv1"), "\(after.text)")
        #expect(after.text.contains("hello"))
        _ = try await second.stop()

        let stranger = try EchoServer(
            certificate, ticketKeys: Self.keys.reversed(), behaviour: .init(closesAfter: 5))
        let elsewhere = try await connect(to: stranger, certificate, [version, "-sess_in", ticket])
        #expect(elsewhere.code == 0 && elsewhere.text.contains("New, TLSv1"), "\(elsewhere.text)")
        _ = try await stranger.stop()
    }

    @Test("early data is not offered (attack 115)")
    func earlyData() async throws {
        let ticket = certificate.file("session.pem")
        let first = try server()
        let before = try await connect(to: first, certificate, ["-tls1_3", "-sess_out", ticket])
        #expect(before.text.contains("Max Early Data: 0"), "\(before.text)")
        _ = try await first.stop()

        let early = certificate.file("early")
        try Data("early".utf8).write(to: URL(filePath: early))
        let second = try server()
        let after = try await connect(
            to: second, certificate, ["-tls1_3", "-sess_in", ticket, "-early_data", early])
        #expect(after.text.contains("Early data was not sent"), "\(after.text)")
        #expect(!after.text.contains("earlyhello"))
        _ = try await second.stop()
    }

    @Test("a client may not renegotiate")
    func renegotiation() async throws {
        let server = try server(closesAfter: .max)
        // The letter R makes s_client ask for a second handshake; a fatal refusal ends the connection.
        let client = try await openssl(
            [
                "s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_2", "-CAfile", certificate.chainFile,
                "-verify_return_error",
            ], input: Array("R\n".utf8))
        #expect(client.text.contains("RENEGOTIATING") && client.text.contains("no renegotiation"), "\(client.text)")
        #expect(try await server.stop().handshakes.count == 1)
    }

    @Test("the client's goodbye is told from a cut")
    func goodbye() async throws {
        let server = try server(closesAfter: .max)
        // Without -ign_eof s_client says goodbye at the end of its input.
        let client = try await openssl(
            ["s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile", certificate.chainFile, "-no_ign_eof"])
        #expect(client.code == 0)
        #expect(try await server.stop().endings == ["client closed"])
    }
}
