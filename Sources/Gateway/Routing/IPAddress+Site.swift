extension IPAddress {
    /// What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 address, below which he chooses as he likes.
    public var site: UInt128 { width == 32 ? 0xffff << 32 | bits : (bits >> 64) << 64 }
}
