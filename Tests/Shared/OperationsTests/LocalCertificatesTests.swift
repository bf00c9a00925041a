import Foundation
import Glibc
import Testing
import X509

@testable import Operations

@Suite struct LocalCertificatesTests {
    let folder = TemporaryFolder()
    /// A whole second: certificates know no fractions.
    let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
    let day: TimeInterval = 86_400

    private func ensure(_ host: String? = "build.example.net", after days: Double = 0) throws -> LocalCertificatePaths {
        try LocalCertificates.ensure(in: folder("certs"), hostName: host, now: now + days * day)
    }

    private func leaf() throws -> Certificate {
        try #require(PEM.firstCertificate(in: Array(folder.text("certs/localhost.pem").utf8)))
    }

    private func authority() throws -> Certificate {
        try Certificate(pemEncoded: folder.text("certs/ca.pem"))
    }

    @Test func leafAndAuthorityAreWhatBrowsersAccept() throws {
        let paths = try ensure()
        #expect(paths.caFile == folder("certs/ca.pem"))
        #expect(paths.chainFile == folder("certs/localhost.pem"))
        #expect(paths.keyFile == folder("certs/localhost-key.pem"))
        let leaf = try leaf()
        let authority = try authority()
        #expect(leaf.notValidAfter.timeIntervalSince(leaf.notValidBefore) == 397 * day)
        #expect(abs(authority.notValidAfter.timeIntervalSince(now) - 3650 * day) < 1)
        #expect(try authority.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try leaf.extensions.basicConstraints == .notCertificateAuthority)
        #expect(try leaf.extensions.extendedKeyUsage == ExtendedKeyUsage([.serverAuth]))
        #expect(LeafNames(of: leaf).dns == ["localhost", "build.example.net", "build"])
        #expect(LeafNames(of: leaf).addresses == [LeafNames.loopback4, LeafNames.loopback6])
        #expect(try folder.text("certs/localhost.pem").hasSuffix(try folder.text("certs/ca.pem")))
    }

    @Test func keysAreForThisUserOnly() throws {
        _ = try ensure()
        #expect(folder.mode("certs/ca-key.pem") == 0o600)
        #expect(folder.mode("certs/localhost-key.pem") == 0o600)
        #expect(folder.mode("certs/ca.pem") == 0o644)
        #expect(folder.mode("certs/localhost.pem") == 0o644)
    }

    @Test(arguments: [
        "-verify_hostname localhost", "-verify_hostname build.example.net", "-verify_ip 127.0.0.1", "-verify_ip ::1",
    ])
    func opensslVerifiesTheLeafForEachName(check: String) throws {
        let paths = try ensure()
        let result = openssl(
            ["verify", "-x509_strict", "-purpose", "sslserver"] + check.split(separator: " ").map(String.init)
                + ["-CAfile", paths.caFile, paths.chainFile])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test func opensslRefusesAnotherSiteSignedByTheStolenAuthorityKey() throws {
        let paths = try ensure()
        let request = openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder("k"), "-x509",
            "-CA", paths.caFile, "-CAkey", folder("certs/ca-key.pem"), "-subj", "/CN=bank.example", "-addext",
            "subjectAltName=DNS:bank.example", "-out", folder("bank.pem"),
        ])
        #expect(request.status == 0, "\(request.output)")
        let result = openssl(["verify", "-CAfile", paths.caFile, folder("bank.pem")])
        #expect(result.status != 0)
        #expect(result.output.contains("permitted subtree violation"))
    }

    @Test func goodCertificatesStayAsTheyAre() throws {
        _ = try ensure()
        let before = try leaf()
        _ = try ensure(after: 366)
        #expect(try leaf() == before)
    }

    @Test func theLeafIsRenewedThirtyDaysBeforeItEndsAndTheAuthorityKept() throws {
        _ = try ensure()
        let (before, authorityBefore) = (try leaf(), try authority())
        _ = try ensure(after: 367.5)
        #expect(try leaf() != before)
        #expect(try authority() == authorityBefore)
    }

    @Test func anAuthorityThatEndsIsReplacedWithItsLeaf() throws {
        _ = try ensure()
        let before = try authority()
        let paths = try ensure(after: 3640)
        #expect(try authority() != before)
        let at = String(Int((now + 3641 * day).timeIntervalSince1970))
        #expect(openssl(["verify", "-attime", at, "-CAfile", paths.caFile, paths.chainFile]).status == 0)
    }

    @Test func aNameTheHostGainedIsAddedWhereTheAuthorityPermitsIt() throws {
        _ = try ensure()
        let whole = try #require(
            try CertificateAuthority.read(certificateFile: folder("certs/ca.pem"), keyFile: folder("certs/ca-key.pem")))
        let narrow = try whole.makeLeaf(hostName: nil, now: now)
        try folder.write("certs/localhost.pem", narrow.chainPEM, mode: 0o644)
        try folder.write("certs/localhost-key.pem", narrow.keyPEM)
        #expect(LeafNames(of: try leaf()).dns == ["localhost"])
        _ = try ensure()
        #expect(LeafNames(of: try leaf()).dns == ["localhost", "build.example.net", "build"])
    }

    @Test func aHostThatChangedItsNameKeepsTheTrustedAuthority() throws {
        _ = try ensure()
        let before = try authority()
        _ = try ensure("other")
        #expect(try authority() == before)
        #expect(LeafNames(of: try leaf()).dns.contains("localhost"))
    }

    @Test(arguments: ["localhost.pem", "localhost-key.pem"])
    func aBrokenFileIsMadeAnewSoThatAllFitTogether(name: String) throws {
        let paths = try ensure()
        try folder.write("certs/\(name)", "not a PEM file")
        _ = try ensure()
        #expect(openssl(["verify", "-CAfile", paths.caFile, paths.chainFile]).status == 0)
        let ofKey = openssl(["pkey", "-in", paths.keyFile, "-pubout"]).output
        #expect(openssl(["x509", "-in", paths.chainFile, "-noout", "-pubkey"]).output == ofKey)
    }

    @Test func withoutTheAuthoritysKeyTheCertificatesServeUntilTheyEnd() throws {
        _ = try ensure()
        let (before, authorityBefore) = (try leaf(), try authority())
        unlink(folder("certs/ca-key.pem"))
        _ = try ensure(after: 100)
        #expect(try leaf() == before)
        _ = try ensure(after: 390)
        #expect(try leaf() == before && authority() == authorityBefore)
        #expect { try ensure(after: 398) } throws: { "\($0)".contains("ca-key.pem holds no P-256 key") }
        #expect(try authority() == authorityBefore, "people trust it")
    }

    @Test(arguments: ["ca.pem", "ca-key.pem"])
    func anAuthorityThatCannotBeUsedIsNamedAndStays(name: String) throws {
        _ = try ensure()
        try folder.write("certs/\(name)", "from elsewhere")
        unlink(folder("certs/localhost.pem"))
        #expect { try ensure() } throws: { "\($0)".contains(folder("certs/\(name)")) }
        #expect(try folder.text("certs/\(name)") == "from elsewhere")
        unlink(folder("certs/ca.pem"))
        if name == "ca-key.pem" {
            #expect { try ensure() } throws: { "\($0)".contains(folder("certs/ca-key.pem")) }
            #expect(try folder.text("certs/ca-key.pem") == "from elsewhere")
        }
    }

    @Test func anAuthorityOfTheOperatorIsNotReplacedWhenItEnds() throws {
        _ = try ensure()
        let made = openssl([
            "req", "-x509", "-new", "-key", folder("certs/ca-key.pem"), "-subj", "/CN=Our own CA", "-days", "20",
            "-out",
            folder("certs/ca.pem"),
        ])
        #expect(made.status == 0, "\(made.output)")
        let before = try folder.text("certs/ca.pem")
        #expect { try LocalCertificates.ensure(in: folder("certs"), hostName: "h", now: Date()) } throws: {
            "\($0)".contains("ends within 30 days")
        }
        #expect(try folder.text("certs/ca.pem") == before)
    }

    @Test func theKeyOfAnAuthorityIsNeverReplaced() throws {
        _ = try ensure()
        let key = try folder.text("certs/ca-key.pem")
        _ = try ensure(after: 3640)
        #expect(try folder.text("certs/ca-key.pem") == key, "renewed with its own key")
        unlink(folder("certs/ca.pem"))
        let paths = try ensure()
        #expect(try folder.text("certs/ca-key.pem") == key, "a start that was cut short goes on")
        #expect(openssl(["verify", "-CAfile", paths.caFile, paths.chainFile]).status == 0)
    }

    @Test func manyAtOnceEndWithOneSet() async throws {
        let folder = folder
        let now = now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let paths = try LocalCertificates.ensure(in: folder("certs"), hostName: "h", now: now)
                    #expect(openssl(["verify", "-CAfile", paths.caFile, paths.chainFile]).status == 0)
                }
            }
            try await group.waitForAll()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder("certs")).sorted()
        #expect(names == [".lock", "ca-key.pem", "ca.pem", "localhost-key.pem", "localhost.pem"])
    }

    @Test(arguments: [
        ("Web-1.Example.NET", ["web-1.example.net", "web-1"]), ("box", ["box"]), ("localhost", []), ("10.0.0.7", []),
        ("under_score", []), ("-x", []), ("a..b", []), ("", []),
    ])
    func onlyNamesACertificateCanBearAreTaken(name: String, forms: [String]) {
        #expect(HostName.forms(of: name) == forms)
    }
}

/// Runs the system's `openssl`, an implementation independent of the one that made the certificates.
func openssl(_ arguments: [String]) -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do {
        try process.run()
    } catch {
        return (-1, "\(error)")
    }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
