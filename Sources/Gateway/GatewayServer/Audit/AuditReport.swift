import Audit
import Foundation
import Operations

/// What became of checking an audit log: `gatehouse audit verify`.
public struct AuditReport: Sendable, Equatable {
    /// Whether every line is the one that was written there, as far as can be told.
    public let isSound: Bool
    /// What was found, in a few lines.
    public let text: String

    /// Checks a log against its mark (`FILE.head`), and against heads that were noted elsewhere.
    ///
    /// - Parameters:
    ///   - file: The log's path.
    ///   - noted: Heads, each as `SEQUENCE:HASH`.
    /// - Throws: a sentence for the operator if the file cannot be read or a head is none.
    public static func verify(file: String, noted: [String] = []) throws(OperationsError) -> AuditReport {
        var known: [AuditHead] = []
        for text in noted {
            guard let head = AuditHead(text: text) else {
                throw OperationsError("\(text) is no head: write SEQUENCE:HASH, as this command prints it.")
            }
            known.append(head)
        }
        // Read before the log: lines may be added meanwhile, and are then newer than the mark.
        let mark = (try? String(contentsOfFile: file + ".head", encoding: .utf8)).map { $0.prefix { $0 != "\n" } }
        if let mark, let head = AuditHead(text: mark) { known.append(head) }
        var verification = AuditVerification(known: known)
        try read(file, into: &verification)
        return AuditReport(verification, file: file, hasMark: mark != nil)
    }

    /// What a log says of a request; nil if nothing. The lines are shown as they are: they move no terminal's cursor.
    public static func lines(of request: String, in file: String) -> String? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n").filter { $0.contains("\"request\":\"\(request)\"") }
        return lines.isEmpty ? nil : (["From the audit log:"] + lines.map { "  \($0)" }).joined(separator: "\n")
    }

    private init(_ verification: AuditVerification, file: String, hasMark: Bool) {
        isSound = verification.finding == nil
        let head = verification.head
        var lines: [String] = []
        if let finding = verification.finding {
            lines.append("\(file):\(finding.line): this line \(finding.fault).")
            lines.append("The lines before it are sound.")
        } else {
            lines.append("\(file): \(head.sequence) lines, all sound.")
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

    private static func read(_ file: String, into verification: inout AuditVerification) throws(OperationsError) {
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
        verification.finish(rest: rest)
    }
}
