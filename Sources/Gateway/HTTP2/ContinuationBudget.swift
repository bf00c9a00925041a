/// The size of one field block on the wire: frames and bytes of it (CONTINUATION floods, attack 99).
struct ContinuationBudget: Equatable, Sendable {
    /// CONTINUATION frames of one block: as many as libnghttp2 takes where it counts them, which older ones do not.
    static let frameLimit = 8
    /// Bytes of one block, compressed; far above what the limits on decoded fields let pass.
    static let byteLimit = 128 * 1024

    private var frames = 0
    private var bytes = 0

    /// A HEADERS frame of this length begins a block. False if it is too long.
    mutating func blockBegan(length: Int) -> Bool {
        frames = 0
        bytes = length
        return bytes <= Self.byteLimit
    }

    /// A CONTINUATION frame of this length goes on with it. False if the block is too long.
    mutating func continued(length: Int) -> Bool {
        frames += 1
        bytes += length
        return frames <= Self.frameLimit && bytes <= Self.byteLimit
    }
}
