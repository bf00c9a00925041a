/// Follows a log from its first line on, over one file or several, and finds the first that does not fit.
public struct AuditVerification: Sendable {
    /// What is wrong with a line.
    public enum Fault: Sendable, Equatable {
        /// It is no line of an audit log.
        case malformed
        /// Its hash is not that of its bytes: it was changed.
        case changed
        /// It does not stand where its number says: lines were taken out, put in or moved before it.
        case misplaced(expected: Int, found: Int)
        /// It follows another line than the one before it: that one was changed, and its hash made anew.
        case detached
        /// The log ends before the line that the head names.
        case missing(lastKnown: Int)
        /// The line that a known head names is another one.
        case otherThanKnown
    }

    /// The first line that does not fit.
    public struct Finding: Sendable, Equatable {
        /// Which file it is in, from 0.
        public var file = 0
        /// Its place in that file, from 1.
        public let line: Int
        /// What is wrong.
        public let fault: Fault
    }

    /// The first finding; nil as long as everything fits.
    public private(set) var finding: Finding?
    /// The last line that fits.
    public private(set) var head = AuditHead.empty
    /// Bytes of a last line that has no end, as a crash leaves one.
    public private(set) var tornBytes = 0

    private let known: [AuditHead]
    private var file = 0
    private var lines = 0

    /// - Parameters:
    ///   - known: heads that were noted when they were the last; each line that one names has to be that line.
    ///   - start: what the first line has to follow: the last one of files that are kept elsewhere.
    public init(known: [AuditHead], after start: AuditHead = .empty) {
        self.known = known
        head = start
    }

    /// Checks the next line, given without its line feed.
    public mutating func check(_ line: some BidirectionalCollection<UInt8>) {
        lines += 1
        guard finding == nil else { return }
        if let fault = fault(of: line) { finding = Finding(file: file, line: lines, fault: fault) }
    }

    /// Goes on to the next file.
    ///
    /// - Parameter rest: bytes of the one before after its last line feed. A file is set aside with its last line whole.
    public mutating func nextFile(rest: some BidirectionalCollection<UInt8>) {
        if !rest.isEmpty { check(rest) }
        file += 1
        lines = 0
    }

    /// Ends the check.
    ///
    /// - Parameter rest: bytes after the last line feed.
    public mutating func finish(rest: some Collection<UInt8>) {
        tornBytes = rest.count
        guard finding == nil, let last = known.max(by: { $0.sequence < $1.sequence }), last.sequence > head.sequence
        else { return }
        finding = Finding(file: file, line: lines + 1, fault: .missing(lastKnown: last.sequence))
    }

    private mutating func fault(of bytes: some BidirectionalCollection<UInt8>) -> Fault? {
        guard let line = AuditLine(bytes) else { return .malformed }
        guard line.isIntact else { return .changed }
        guard line.head.sequence == head.sequence + 1 else {
            return .misplaced(expected: head.sequence + 1, found: line.head.sequence)
        }
        guard line.previous == head.hash else { return .detached }
        guard known.allSatisfy({ $0.sequence != line.head.sequence || $0 == line.head }) else { return .otherThanKnown }
        head = line.head
        return nil
    }
}

extension AuditVerification.Fault: CustomStringConvertible {
    /// What is wrong, as the end of a sentence.
    public var description: String {
        switch self {
        case .malformed: "is no line of an audit log"
        case .changed: "was changed: its hash is not that of its bytes"
        case .misplaced(let expected, let found):
            found > expected
                ? "has number \(found) where \(expected) is due: lines before it are missing"
                : "has number \(found) where \(expected) is due: it was put in, or moved"
        case .detached: "does not follow the line before it: one of the two was changed, and its hash made anew"
        case .missing(let last): "is missing: the log once reached number \(last)"
        case .otherThanKnown: "is not the line that was here once: the chain was made anew"
        }
    }
}
