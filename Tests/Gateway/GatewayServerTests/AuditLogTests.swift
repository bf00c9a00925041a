import Audit
import Foundation
import Logging
import Testing

@testable import GatewayServer

@Suite("The audit log on disk") struct AuditLogTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
        .path
    private var path: String { folder + "/audit.jsonl" }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func open() throws -> AuditLog { try AuditLog(path: path, log: Logger(label: "test")) }

    private func lines() throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }

    @Test("it survives restarts: the chain goes on, both files are for their owner only")
    func restarts() throws {
        for start in 1...3 {
            let log = try open()
            log.record(AuditEvent(.signedIn, subject: "user-\(start)"))
            log.flush()
        }
        let lines = try lines()
        #expect(lines.count == 6)
        #expect(lines.map { $0.contains("\"event\":\"resumed\"") } == [true, false, true, false, true, false])
        let report = try AuditReport.verify(file: path)
        #expect(report.isSound && report.text.contains("6 lines, all sound"), "\(report.text)")
        for file in [path, path + ".head"] {
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("two writers, as when a new gateway takes over from an old one, make one chain")
    func twoWriters() throws {
        let (old, new) = (try open(), try open())
        for number in 0..<10 {
            let log = number % 3 == 0 ? old : new
            log.record(AuditEvent(.signedOut, subject: "user-\(number)"))
            log.flush()
        }
        #expect(try lines().count == 12)
        let report = try AuditReport.verify(file: path)
        #expect(report.isSound, "\(report.text)")
    }

    @Test("a torn last line is tolerated and told, then cut off at the next start, which says so")
    func torn() throws {
        var log: AuditLog? = try open()
        log?.record(AuditEvent(.signedIn, subject: "user"))
        log?.flush()
        log = nil
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"sequence\":3,\"prev".utf8))
        try handle.close()
        let before = try AuditReport.verify(file: path)
        #expect(before.isSound && before.text.contains("The last line has no end (19 bytes)"), "\(before.text)")
        try open().flush()
        let after = try AuditReport.verify(file: path)
        #expect(after.isSound && !after.text.contains("no end"), "\(after.text)")
        #expect(try lines().contains { $0.contains("a torn line of 19 bytes was cut off") })
    }

    @Test("a log that was shortened, emptied or spoilt at its end is found out, also after the gateway went on writing")
    func shortened() throws {
        for spoil in [
            { (text: String) in String(text.split(separator: "\n").dropLast(2).joined(separator: "\n") + "\n") },
            { _ in "" },
            { $0.replacing("user-4", with: "user-5") },
            { $0 + "not a line\n" },
        ] as [(String) -> String] {
            try? FileManager.default.removeItem(atPath: path)
            try? FileManager.default.removeItem(atPath: path + ".head")
            let log = try open()
            for number in 1...4 { log.record(AuditEvent(.signedIn, subject: "user-\(number)")) }
            log.flush()
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let spoilt = spoil(text)
            #expect(spoilt != text)
            try Data(spoilt.utf8).write(to: URL(fileURLWithPath: path))
            #expect(try !AuditReport.verify(file: path).isSound)
            try open().flush()
            #expect(try !AuditReport.verify(file: path).isSound, "it stays found out")
        }
    }

    @Test("strangers cannot fill the disk: their lines are bounded, others' are not, and what is left out is counted")
    func strangers() throws {
        let log = try open()
        for _ in 0..<5000 {
            log.record(AuditEvent(.signInFailed, address: "192.0.2.1", reason: "AuthInvalidStateParam"))
        }
        for number in 0..<200 { log.record(AuditEvent(.signedIn, subject: "user-\(number)")) }
        log.flush()
        let lines = try lines()
        let failed = lines.count { $0.contains("sign-in-failed") }
        #expect((AuditLog.strangersBurst...AuditLog.strangersBurst + 60).contains(failed), "\(failed)")
        #expect(lines.count { $0.contains("\"event\":\"sign-in\"") } == 200)
        let omitted = lines.filter { $0.contains("\"event\":\"omitted\"") }.compactMap {
            $0.firstMatch(of: /"reason":"(\d+) events/).flatMap { Int($0.1) }
        }
        #expect(omitted.reduce(0, +) + failed == 5000)
        #expect(try AuditReport.verify(file: path).isSound)
    }

    @Test("a folder that cannot be written to stops the start with a sentence")
    func unwritable() {
        #expect(throws: (any Error).self) {
            try AuditLog(path: folder + "/none/audit.jsonl", log: Logger(label: "test"))
        }
    }
}
