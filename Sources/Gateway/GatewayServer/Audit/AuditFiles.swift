import Audit
import Foundation

/// The files of an audit log: the one that is written, and those that were full before it, each named after the number of its last line.
enum AuditFiles {
    /// The name under which a full file stays: `audit.0000000000001234.jsonl` for `audit.jsonl`.
    static func archive(of path: String, last: AuditHead) -> String {
        let (start, end) = parts(path)
        return start + "." + last.text.prefix { $0 != ":" } + end
    }

    /// Those that are there, the oldest first.
    static func archives(of path: String) -> [String] {
        let (start, end) = parts(path)
        let url = URL(fileURLWithPath: start)
        let prefix = url.lastPathComponent + "."
        let folder = url.deletingLastPathComponent().path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in
            guard name.hasPrefix(prefix), name.hasSuffix(end), name.utf8.count > prefix.utf8.count + end.utf8.count
            else {
                return false
            }
            let digits = name.utf8.dropFirst(prefix.utf8.count).dropLast(end.utf8.count)
            return digits.count >= 16 && digits.allSatisfy { (0x30...0x39).contains($0) }
        }.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
            .map { String(start.dropLast(url.lastPathComponent.count)) + $0 }
    }

    private static func parts(_ path: String) -> (start: String, end: String) {
        let end = ".jsonl"
        return path.hasSuffix(end) ? (String(path.dropLast(end.count)), end) : (path, "")
    }
}
