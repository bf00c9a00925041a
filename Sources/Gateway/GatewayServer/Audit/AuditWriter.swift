import Audit
import Operations

/// The end of the audit log: reads where the chain stands and writes its next lines, in a new file once one is full.
struct AuditWriter {
    private let file: JournalFile
    private var chain = AuditChain()
    /// Bytes from which on a file is set aside.
    private let fileLimit: Int
    /// Where the file ended after the last write here; nil before the first.
    private var known: JournalFile.End?

    /// Bytes in which the last line lies for certain.
    private static let longestLine = 64 * 1024

    init(file: JournalFile, fileLimit: Int) {
        self.file = file
        self.fileLimit = fileLimit
    }

    /// Writes a line for each event and returns when they are on disk.
    /// - Returns: why a full file could not be set aside, if so; nothing is lost by that.
    mutating func write(_ events: [(event: AuditEvent, time: String)]) throws(OperationsError) -> OperationsError? {
        guard let time = events.first?.time else { return nil }
        var chain = chain
        var known = known
        var problem: OperationsError?
        try file.withLock { () throws(OperationsError) in
            var lines: [UInt8] = []
            if try file.end != known {
                let remark: String?
                (chain, remark) = try Self.findEnd(of: file)
                if let remark { lines += chain.append(AuditEvent(.resumed, reason: remark), time: time) }
            }
            for (event, time) in events { lines += chain.append(event, time: time) }
            try file.append(lines)
            try file.setMark(chain.head.text + "\n")
            if try file.size >= fileLimit {
                do throws(OperationsError) {
                    try file.setAside(as: AuditFiles.archive(of: file.path, last: chain.head))
                } catch {
                    problem = error
                }
            }
            known = try file.end
        }
        self.chain = chain
        self.known = known
        return problem
    }

    /// Where the chain stands, and what is odd about it.
    ///
    /// A last line without an end is what a crash leaves; it is cut off. Whatever else is wrong stays, and the chain goes on from the mark, so
    /// that a verification finds it for ever.
    private static func findEnd(of file: JournalFile) throws(OperationsError) -> (AuditChain, remark: String?) {
        let mark = AuditHead(text: try file.mark().prefix { $0 != "\n" }) ?? .empty
        let size = try file.size
        var tail = try file.tail(longestLine)[...]
        var remark: String?
        let torn = tail.reversed().prefix { $0 != newline }.count
        if torn > 0 {
            tail = tail.dropLast(torn)
            try file.truncate(to: size - torn)
            remark = "a torn line of \(torn) bytes was cut off"
        }
        let last = tail.dropLast().split(separator: newline, omittingEmptySubsequences: false).last ?? []
        let line = AuditLine(last)
        if let line, line.isIntact, line.head.sequence >= mark.sequence {
            return (AuditChain(after: line.head), remark)
        }
        if tail.isEmpty, mark.sequence == 0 { return (AuditChain(), remark) }
        // The file before was full; its name says which line was the last.
        if tail.isEmpty, AuditFiles.archives(of: file.path).last == AuditFiles.archive(of: file.path, last: mark) {
            return (AuditChain(after: mark), remark)
        }
        return (AuditChain(after: mark), "the log does not end where it did: run gatehouse audit verify")
    }

    private static let newline = UInt8(ascii: "\n")
}
