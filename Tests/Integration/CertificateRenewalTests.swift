import Foundation
import ProcessTesting
import Testing

@Suite(
    "Certificates: which one a client gets, and what becomes of those that are replaced on disk", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct CertificateRenewalTests {
    /// A gateway that answers every request itself, with a certificate of the test's.
    private struct Host {
        let gateway: GatewayAlone

        init() async throws {
            let folder = try TemporaryFolder()
            try await Self.makeCertificate(in: folder)
            gateway = try await GatewayAlone(folder: folder) { ports in
                """
                Workers: 2
                Listeners:
                  - Name: https
                    Protocol: HTTPS
                    Port: \(ports[0])
                    Certificates: [{CertificateFile: \(folder.file("cert.pem")), KeyFile: \(folder.file("key.pem"))}]
                    DefaultActions:
                      - {Type: fixed-response, FixedResponseConfig: {StatusCode: "200", MessageBody: here}}
                """
            }
        }

        static func makeCertificate(in folder: TemporaryFolder) async throws {
            try await SelfSigned.make(key: folder.file("new-key.pem"), certificate: folder.file("new.pem"))
            for (new, old) in [("new-key.pem", "key.pem"), ("new.pem", "cert.pem")] {
                guard rename(folder.file(new), folder.file(old)) == 0 else { throw Failure("rename: \(errno)") }
            }
        }

        /// The fingerprint of the certificate that new connections get; all workers' are the same, or it is no single one.
        func served() async throws -> Set<String> {
            let result = try await Tool.run(
                "sh",
                [
                    "-c",
                    "for n in 1 2 3 4 5 6 7 8; do echo | timeout 10 openssl s_client -connect 127.0.0.1:\(gateway.port) "
                        + "2>/dev/null | openssl x509 -noout -fingerprint; done",
                ])
            return Set(result.output.split(separator: "\n").map(String.init))
        }

        func onDisk() async throws -> Set<String> {
            let result = try await Tool.run(
                "openssl", ["x509", "-noout", "-fingerprint", "-in", gateway.folder.file("cert.pem")])
            return Set(result.output.split(separator: "\n").map(String.init))
        }

        func hangUp(expecting words: String) async throws {
            let before = gateway.program.log.components(separatedBy: words).count
            gateway.program.signal(SIGHUP)
            _ = try await eventually("“\(words)” in the log", within: .seconds(20)) {
                gateway.program.log.components(separatedBy: words).count > before ? true : nil
            }
        }
    }

    @Test("SIGHUP: new connections get the new certificate, open ones go on, and a bad file changes nothing")
    func renewal() async throws {
        let host = try await Host()
        let first = try await host.onDisk()
        #expect(try await host.served() == first && first.count == 1)

        let open = try await RawConnection.open(port: host.gateway.port, caFile: host.gateway.folder.file("cert.pem"))
        try await open.write("GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await open.read(until: "here")

        try await host.hangUp(expecting: "Nothing has changed.")
        try await Host.makeCertificate(in: host.gateway.folder)
        let second = try await host.onDisk()
        #expect(second != first)
        try await host.hangUp(expecting: "new certificates are in use")
        _ = try await eventually("the new certificate", within: .seconds(20)) {
            try await host.served() == second ? true : nil
        }
        try await open.write("GET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await eventually("the second answer", within: .seconds(10)) {
            open.received.components(separatedBy: "here").count == 3 ? true : nil
        }

        // A key that is not this certificate's: the one that was copied first waits for the other.
        let key = try Data(contentsOf: URL(filePath: host.gateway.folder.file("key.pem")))
        let other = try await Tool.run(
            "openssl",
            [
                "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                host.gateway.folder.file("key.pem"),
            ])
        #expect(other.exitCode == 0)
        try await host.hangUp(expecting: "not reloaded: all stays as it was")
        #expect(try await host.served() == second)
        try key.write(to: URL(filePath: host.gateway.folder.file("key.pem")))
        try await host.hangUp(expecting: "new certificates are in use")
        #expect(try await host.served() == second)
        await open.close()
        #expect(try await host.gateway.program.stop() == 0)
    }

    @Test(
        "several certificates: the one for the host that the client names, an exact name before a wildcard, else the first"
    )
    func hosts() async throws {
        let folder = try TemporaryFolder()
        let names = ["first.test", "*.wild.test", "exact.wild.test"]
        for (number, name) in names.enumerated() {
            try await SelfSigned.make(
                key: folder.file("key-\(number).pem"), certificate: folder.file("cert-\(number).pem"),
                subject: "number-\(number)", hosts: [name])
        }
        let certificates = names.indices.map {
            "{CertificateFile: \(folder.file("cert-\($0).pem")), KeyFile: \(folder.file("key-\($0).pem"))}"
        }
        let gateway = try await GatewayAlone(folder: folder) { ports in
            """
            Workers: 2
            Attributes: {gatehouse.access_log.enabled: true}
            Listeners:
              - Name: https
                Protocol: HTTPS
                Port: \(ports[0])
                Certificates: [\(certificates.joined(separator: ", "))]
                DefaultActions:
                  - {Type: fixed-response, FixedResponseConfig: {StatusCode: "200", MessageBody: here}}
            """
        }
        for version in ["-tls1_3", "-tls1_2"] {
            for (name, expected) in [
                ("first.test", 0), ("a.wild.test", 1), ("exact.wild.test", 2), ("EXACT.wild.test", 2),
                ("a.b.wild.test", 0),
                ("other.test", 0), ("", 0),
            ] {
                let host = name.isEmpty ? "-noservername" : "-servername \(name)"
                let result = try await Tool.run(
                    "sh",
                    [
                        "-c",
                        "echo | timeout 10 openssl s_client -connect 127.0.0.1:\(gateway.port) \(version) \(host) 2>/dev/null "
                            + "| openssl x509 -noout -subject",
                    ])
                #expect(result.output.contains("number-\(expected)"), "\(version) \(name): \(result.output)")
            }
        }
        for (number, name) in ["first.test", "a.wild.test", "exact.wild.test"].enumerated() {
            let curl = Curl(
                caFile: folder.file("cert-\(number).pem"), resolving: ["\(name):\(gateway.port):127.0.0.1"])
            #expect(try await curl("https://\(name):\(gateway.port)/\(number)").body == "here")
        }
        #expect(try await gateway.program.stop() == 0)
        let log = try String(contentsOfFile: folder.file("state/logs/access.log"), encoding: .utf8)
        for number in names.indices {
            let line = try #require(log.split(separator: "\n").first { $0.contains("/\(number) HTTP") })
            #expect(line.contains("\"\(folder.file("cert-\(number).pem"))\""), "the log names the chosen one: \(line)")
        }
    }
}
