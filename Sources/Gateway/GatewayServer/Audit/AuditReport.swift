import Audit
import Foundation
import Operations

/// What became of checking an audit log: `gatehouse audit verify`.
public struct AuditReport: Sendable, Equatable {
    /// Whether every line is the one that was written there, as far as can be told.
    public let isSound: Bool
    /// What was found, in a few lines.
    public let text: String

    /// Checks a log, and the full files before it, against its mark (`FILE.head`) and against heads that were noted elsewhere.
    ///
    /// - Parameters:
    ///   - file: The path of the log that is written.
    ///   - noted: Heads, each as `SEQUENCE:HASH`.
    ///   - start: The head of the last file that was moved elsewhere; nil: the first line is number 1.
    /// - Throws: a sentence for the operator if a file cannot be read or a head is none.
    public static func verify(
        file: String, noted: [String] = [], after start: String? = nil
    ) throws(OperationsError) -> AuditReport {
        var known: [AuditHead] = []
        for text in noted { known.append(try head(text)) }
        let first = if let start { try head(start) } else { AuditHead.empty }
        // Read before the log: lines may be added meanwhile, and are then newer than the mark.
        let mark = (try? String(contentsOfFile: file + ".head", encoding: .utf8)).map { $0.prefix { $0 != "\n" } }
        if let mark, let head = AuditHead(text: mark) { known.append(head) }
        while true {
            var verification = AuditVerification(known: known, after: first)
            let archives = AuditFiles.archives(of: file)
            for archive in archives { verification.nextFile(rest: try read(archive, into: &verification)) }
            verification.finish(rest: try read(file, into: &verification))
            // Another file may have been set aside while the others were read.
            guard AuditFiles.archives(of: file) == archives else { continue }
            return AuditReport(verification, files: archives + [file], after: first, hasMark: mark != nil)
        }
    }

    private static func head(_ text: String) throws(OperationsError) -> AuditHead {
        guard let head = AuditHead(text: text) else {
            throw OperationsError("\(text) is no head: write SEQUENCE:HASH, as this command prints it.")
        }
        return head
    }

    /// What a log, or a full file before it, says of a request; nil if nothing. The lines are shown as they are: they move no terminal's
    /// cursor.
    public static func lines(of request: String, in file: String) -> String? {
        for file in [file] + AuditFiles.archives(of: file).reversed() {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n").filter { $0.contains("\"request\":\"\(request)\"") }
            if !lines.isEmpty { return (["From the audit log:"] + lines.map { "  \($0)" }).joined(separator: "\n") }
        }
        return nil
    }

    private init(_ verification: AuditVerification, files: [String], after start: AuditHead, hasMark: Bool) {
        isSound = verification.finding == nil
        let (file, head) = (files[files.count - 1], verification.head)
        var lines: [String] = []
        if let finding = verification.finding {
            lines.append("\(files[finding.file]):\(finding.line): this line \(finding.fault).")
            lines.append("The lines before it are sound.")
        } else {
            let others = files.count == 1 ? "" : ", in \(files.count) files"
            lines.append("\(file): \(head.sequence - start.sequence) lines\(others), all sound.")
            lines.append("Head: \(head.text)")
        }
        if verification.tornBytes > 0 {
            lines.append(
                "The last line has no end (\(verification.tornBytes) bytes): it is being written, or a crash cut it off."
            )
        }
        if !hasMark { lines.append("\(file).head is missing: lines that were cut off at the end cannot be noticed.") }
        text = lines.joined(separator: "\n")
    }

    /// - Returns: what follows the last line feed.
    private static func read(
        _ file: String, into verification: inout AuditVerification
    ) throws(OperationsError) -> [UInt8] {
        var rest: [UInt8] = []
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            defer { try? handle.close() }
            while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
                rest += chunk
                var start = rest.startIndex
                while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                    verification.check(rest[start..<end])
                    start = end + 1
                }
                rest.removeSubrange(..<start)
            }
        } catch {
            throw OperationsError("\(file) cannot be read. Name the log, or its state folder with --state.")
        }
        return rest
    }
}
