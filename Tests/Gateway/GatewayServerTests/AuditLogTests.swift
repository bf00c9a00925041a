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

    /// Writes users' sign-ins in files of 4 KiB; the paths of the full ones.
    private func fill(_ users: Range<Int>, writers: Int = 1) throws -> [String] {
        let logs = try (0..<writers).map { _ in
            try AuditLog(path: path, fileLimit: 4096, log: Logger(label: "test"))
        }
        for user in users {
            let log = logs[user % writers]
            log.record(AuditEvent(.signedIn, subject: "user-\(user)"))
            log.flush()
        }
        return AuditFiles.archives(of: path)
    }

    @Test(
        "a full file is set aside under the number of its last line; the chain goes on, over restarts and two writers")
    func rotation() throws {
        let first = try fill(0..<60)
        #expect(first.count >= 3, "\(first)")
        let all = try fill(60..<120, writers: 2)
        #expect(all.count > first.count && Array(all[..<first.count]) == first)
        var numbers: [Int] = []
        for file in all + [path] {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let found = text.split(separator: "\n").compactMap {
                $0.firstMatch(of: /"sequence":(\d+)/).flatMap { Int($0.1) }
            }
            if file != path {
                #expect(text.utf8.count >= 4096 && text.utf8.count < 8192)
                let name = file.split(separator: ".").dropLast().last.flatMap { Int($0) }
                #expect(name == found.last)
            }
            numbers += found
        }
        #expect(numbers == Array(1...123), "three starts, and each user once")
        let report = try AuditReport.verify(file: path)
        #expect(
            report.isSound && report.text.contains("123 lines, in \(all.count + 1) files, all sound"), "\(report.text)")
        #expect(AuditReport.lines(of: "none", in: path) == nil)
    }

    @Test("a full file that is missing, changed, cut, doubled or put in another's place is found out and named")
    func spoiltFiles() throws {
        let files = try fill(0..<60)
        let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
        func write(_ text: String?, _ file: String) throws {
            if let text {
                try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            } else {
                try FileManager.default.removeItem(atPath: file)
            }
        }
        for (changes, named) in [
            ([(0, nil)], 1), ([(1, nil)], 2), ([(1, texts[1].replacing("user-2", with: "user-3"))], 1),
            ([(1, String(texts[1].dropLast(texts[1].count / 2 + 5)))], 1), ([(0, texts[0] + "{}")], 0),
            ([(1, texts[0] + texts[1])], 1), ([(0, texts[1]), (1, texts[0])], 0), ([(1, "")], 2),
        ] as [([(Int, String?)], Int)] {
            for (index, text) in changes { try write(text, files[index]) }
            let report = try AuditReport.verify(file: path)
            let file = (files + [path])[named]
            #expect(!report.isSound && report.text.hasPrefix(file + ":"), "\(changes.map(\.0)): \(report.text)")
            for (index, _) in changes { try write(texts[index], files[index]) }
        }
        #expect(try AuditReport.verify(file: path).isSound)
        // The one that is written disappears just when another was set aside.
        try write(nil, path)
        try write("", path)
        #expect(try !AuditReport.verify(file: path).isSound)
    }

    @Test("files that were moved elsewhere are followed by the head that was noted of them, and by no other")
    func moved() throws {
        let files = try fill(0..<60)
        let report = try AuditReport.verify(file: files[0])
        let head = String(try #require(report.text.firstMatch(of: /Head: (\S+)/)).1)
        try FileManager.default.removeItem(atPath: files[0])
        #expect(try !AuditReport.verify(file: path).isSound)
        let rest = try AuditReport.verify(file: path, after: head)
        #expect(rest.isSound, "\(rest.text)")
        let other = head.dropLast() + (head.hasSuffix("0") ? "1" : "0")
        #expect(try !AuditReport.verify(file: path, after: String(other)).isSound)
        #expect(throws: (any Error).self) { try AuditReport.verify(file: path, after: "x") }
    }

    @Test("names beside the log that are not its full files' are none of them")
    func names() throws {
        let name = "/audit.0000000000000012.jsonl"
        for file in [
            "/audit.jsonl", name, "/audit.12.jsonl", "/audit.000000000000001x.jsonl", "/audit.0000000000000012.json",
        ] {
            try Data().write(to: URL(fileURLWithPath: folder + file))
        }
        #expect(AuditFiles.archives(of: path) == [folder + name])
        #expect(AuditFiles.archives(of: folder + "/other.jsonl").isEmpty)
    }
}
