/// A line of an audit log, as far as the chain goes: its place, the hash before it, its own. The rest is for people.
public struct AuditLine: Sendable, Equatable {
    /// Its number and the hash it states.
    public let head: AuditHead
    /// The hash of the line before, as it states it.
    public let previous: String
    /// Whether its hash is that of its bytes.
    public let isIntact: Bool

    /// Reads a line without its line feed; nil if it is none.
    public init?(_ line: some BidirectionalCollection<UInt8>) {
        var rest = line[...]
        guard Self.take(#"{"sequence":"#, from: &rest) else { return nil }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard digits.first != 0x30, let sequence = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        rest = rest.dropFirst(digits.count)
        guard Self.take(#","previous":""#, from: &rest) else { return nil }
        let previous = rest.prefix(64)
        rest = rest.dropFirst(64)
        guard AuditHead.isHash(previous), Self.take(#"",""#, from: &rest) else { return nil }
        // Quotes within texts are escaped, so this can only be the last member.
        guard rest.count > Self.endLength else { return nil }
        var end = rest.suffix(Self.endLength)
        let covered = line.dropLast(Self.endLength)
        guard Self.take(#","hash":""#, from: &end) else { return nil }
        let hash = end.prefix(64)
        guard AuditHead.isHash(hash), end.dropFirst(64).elementsEqual("\"}".utf8) else { return nil }
        head = AuditHead(sequence: sequence, hash: String(decoding: hash, as: UTF8.self))
        self.previous = String(decoding: previous, as: UTF8.self)
        isIntact = AuditChain.hash(Array(covered)) == head.hash
    }

    private static func take<Bytes: Collection<UInt8>>(_ text: String, from bytes: inout Bytes) -> Bool
    where Bytes.SubSequence == Bytes {
        guard bytes.starts(with: text.utf8) else { return false }
        bytes = bytes.dropFirst(text.utf8.count)
        return true
    }

    /// `,"hash":"` and 64 digits and `"}`.
    private static let endLength = 9 + 64 + 2
}
