/// CRC-32 as zlib and IEEE 802.3 have it.
struct CRC32 {
    private var state: UInt32 = 0xFFFF_FFFF

    /// Takes further bytes.
    mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            state = state >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: state) ^ byte)]
        }
    }

    /// The checksum of all bytes so far.
    var checksum: UInt32 { ~state }

    /// The checksum of some bytes.
    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        var crc = CRC32()
        crc.update(bytes)
        return crc.checksum
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
}
