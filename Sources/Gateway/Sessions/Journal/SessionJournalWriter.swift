/// Makes the bytes of one journal file, frame after frame. What is done with them is the caller's matter: a frame goes to disk before the next
/// one is written, so that a power cut can damage the last one only.
public struct SessionJournalWriter: Sendable {
    private let seal: SessionJournalSeal
    private var sequence: UInt64

    /// About the most bytes of entries that one frame takes.
    public static let frameTarget = 1 << 20

    /// Begins a file.
    /// - Parameters:
    ///   - keyMaterial: 32 secret bytes.
    ///   - fileID: 16 random bytes.
    ///   - random: 12 random bytes.
    ///   - beginning: gets what the file begins with.
    public init(keyMaterial: [UInt8], fileID: [UInt8], random: [UInt8], beginning: inout [UInt8]) {
        seal = SessionJournalSeal(keyMaterial: keyMaterial, fileID: fileID)
        sequence = 1
        beginning = SessionJournalSeal.magic + fileID + seal.frame([], sequence: 0, random: random)
    }

    /// Goes on behind the frames that were read.
    init(seal: SessionJournalSeal, sequence: UInt64) {
        self.seal = seal
        self.sequence = sequence
    }

    /// The next frame, with as many of the changes as it takes; those are gone from `changes` then.
    /// - Parameter random: 12 bytes, never used before.
    public mutating func frame(of changes: inout ArraySlice<SessionChange>, random: [UInt8]) -> [UInt8] {
        var fields = PackedFields()
        while let change = changes.first, fields.bytes.count < Self.frameTarget {
            fields.append(SessionJournalEntry(change).bytes)
            changes.removeFirst()
        }
        defer { sequence += 1 }
        return seal.frame(fields.bytes, sequence: sequence, random: random)
    }
}
