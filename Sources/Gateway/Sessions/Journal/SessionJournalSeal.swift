import Crypto

/// Seals the frames of one journal file with AES-256-GCM.
///
/// A frame is the unit of writing: whatever was recorded while the frame before it went to disk. Its place in the file is sealed with it, so
/// that none can be left out, moved, repeated or taken from another file.
///
/// ```
/// file   "GHSESS1\n"  16 random bytes  frame frame …          the first frame is empty: it shows that the key is the right one
/// frame  length  length ^ mark  12 random bytes  ciphertext  tag     4 + 4 + length bytes
/// ```
struct SessionJournalSeal: Sendable {
    /// What the file begins with.
    static let magic = Array("GHSESS1\n".utf8)
    static let fileIDLength = 16
    static let headerLength = magic.count + fileIDLength
    static let frameHeaderLength = 8
    /// The most a frame may be long, in bytes behind its header.
    static let frameLimit = 8 << 20
    /// Nonce and tag.
    static let overhead = 12 + 16

    private let key: SymmetricKey
    private let context: [UInt8]
    private static let mark: UInt32 = 0x4748_4A31

    /// - Parameters:
    ///   - keyMaterial: 32 secret bytes; each file's key is derived from them for it alone.
    ///   - fileID: 16 random bytes, the file's own.
    init(keyMaterial: [UInt8], fileID: [UInt8]) {
        precondition(keyMaterial.count == 32 && fileID.count == Self.fileIDLength, "32 bytes of key, 16 of id")
        context = Array("gatehouse session journal 1".utf8)
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: keyMaterial), salt: fileID, info: context, outputByteCount: 32)
    }

    /// - Parameter random: 12 bytes, never used before.
    func frame(_ plain: [UInt8], sequence: UInt64, random: [UInt8]) -> [UInt8] {
        guard let nonce = try? AES.GCM.Nonce(data: random),
            let box = try? AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: authenticated(sequence)),
            let combined = box.combined
        else { preconditionFailure("AES-GCM seals with 32 bytes of key and 12 of nonce") }
        let length = UInt32(combined.count)
        return Self.bytes(length) + Self.bytes(length ^ Self.mark) + combined
    }

    /// The plain text of a frame without its header; nil for whatever was not sealed for this place in this file.
    func open(_ sealed: ArraySlice<UInt8>, sequence: UInt64) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let plain = try? AES.GCM.open(box, using: key, authenticating: authenticated(sequence))
        else { return nil }
        return Array(plain)
    }

    /// What a frame's header says.
    enum FrameHeader: Equatable {
        case length(Int)
        /// Nothing was written there, though the file is that long.
        case blank
        case damaged
    }

    static func header(_ bytes: ArraySlice<UInt8>) -> FrameHeader {
        let length = word(bytes.prefix(4))
        let check = word(bytes.dropFirst(4).prefix(4))
        if length == 0, check == 0 { return .blank }
        guard check == length ^ mark, (overhead...frameLimit).contains(Int(length)) else { return .damaged }
        return .length(Int(length))
    }

    private func authenticated(_ sequence: UInt64) -> [UInt8] {
        context + PackedFields.bytes(Int(bitPattern: UInt(sequence)))
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
