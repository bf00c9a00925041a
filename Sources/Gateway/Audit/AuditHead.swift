/// Where a chain ends. Kept in a file of its own beside the log, it tells when lines are missing at the log's end; kept elsewhere, it also
/// tells when somebody has made the whole chain anew.
public struct AuditHead: Sendable, Equatable {
    /// The last line's number, from 1; 0 where there is none.
    public let sequence: Int
    /// The last line's hash: 64 hexadecimal digits in lower case.
    public let hash: String

    init(sequence: Int, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }

    /// The head of a log without lines.
    public static let empty = AuditHead(sequence: 0, hash: String(repeating: "0", count: 64))

    /// `SEQUENCE:HASH`, always of the same length, so that it is overwritten in place.
    public var text: String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits + ":" + hash
    }

    /// Reads what ``text`` writes; leading zeros may be missing.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let sequence = Int(parts[0]), Self.isHash(parts[1].utf8)
        else { return nil }
        self.init(sequence: sequence, hash: String(parts[1]))
    }

    /// Whether these are 64 hexadecimal digits in lower case.
    static func isHash(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.count == 64 && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
