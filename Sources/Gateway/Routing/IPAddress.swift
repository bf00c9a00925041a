/// An IPv4 or IPv6 address.
///
/// An IPv4 address that arrives in IPv6's clothes (`::ffff:192.0.2.1`, as a listener on `::` sees IPv4 clients) is an IPv4 address:
/// a rule on `192.0.2.0/24` means both.
public struct IPAddress: Sendable, Equatable {
    /// The address's 32 or 128 bits, the first one highest.
    let bits: UInt128
    /// 32 or 128.
    let width: Int

    private init(bits: UInt128, width: Int) {
        self.bits = bits
        self.width = width
    }

    /// Reads an address without brackets, zone or port; nil if it is none. Borrowed for the call; nothing is allocated.
    public init?(_ text: Span<UInt8>) {
        if IPAddressText.isIPv4(text) {
            self.init(bits: UInt128(Self.four(text, from: 0)), width: 32)
        } else if IPAddressText.isIPv6(text) {
            let bits = Self.eight(text)
            let isMapped = bits >> 32 == 0xffff
            self.init(bits: isMapped ? bits & 0xffff_ffff : bits, width: isMapped ? 32 : 128)
        } else {
            return nil
        }
    }

    private static func four(_ text: Span<UInt8>, from start: Int) -> UInt32 {
        var value: UInt32 = 0
        var number: UInt32 = 0
        for index in start..<text.count {
            if let digit = Hexadecimal.digit(text[index]) {
                number = number * 10 + UInt32(digit)
            } else {
                value = value << 8 | number
                number = 0
            }
        }
        return value << 8 | number
    }

    /// The text is known to be an address.
    private static func eight(_ text: Span<UInt8>) -> UInt128 {
        var beforeGap: UInt128 = 0
        var value: UInt128 = 0
        var width = 0
        var gapSeen = false
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: ":") {
                if index + 1 < text.count, text[index + 1] == UInt8(ascii: ":") {
                    gapSeen = true
                    beforeGap = width == 0 ? 0 : value << UInt128(128 - width)
                    value = 0
                    width = 0
                    index += 1
                }
                index += 1
                continue
            }
            let start = index
            var group: UInt128 = 0
            while index < text.count, let digit = Hexadecimal.digit(text[index]) {
                group = group << 4 | UInt128(digit)
                index += 1
            }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                value = value << 32 | UInt128(four(text, from: start))
                width += 32
                break
            }
            value = value << 16 | group
            width += 16
        }
        return gapSeen ? beforeGap | value : value
    }
}

/// A block of addresses in CIDR notation: `192.0.2.0/24`, `2001:db8::/32`.
public struct AddressRange: Sendable, Equatable {
    /// As written.
    public let text: String
    private let prefix: UInt128
    private let width: Int
    private let length: Int

    /// Reads a block; nil if it is none. The bits behind its length may be anything: they do not count.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...3).contains(parts[1].utf8.count), parts[1] == "0" || parts[1].utf8.first != 0x30,
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1])
        else { return nil }
        let bytes = Array(parts[0].utf8)
        guard let address = IPAddress(bytes.span) else { return nil }
        // The length of a block that is written as ::ffff:192.0.2.0/120 counts from the 128 bits that are written.
        let written = bytes.contains(UInt8(ascii: ":")) ? 128 : 32
        let cut = written - address.width
        guard (cut...written).contains(length) else { return nil }
        self.text = text
        width = address.width
        self.length = length - cut
        prefix = Self.shifted(address.bits, by: width - self.length)
    }

    /// Whether an address lies in the block.
    public func contains(_ address: IPAddress) -> Bool {
        address.width == width && Self.shifted(address.bits, by: width - length) == prefix
    }

    /// Swift's shift by the whole width gives 0, which is what a block of length 0 wants.
    private static func shifted(_ bits: UInt128, by count: Int) -> UInt128 { bits >> UInt128(count) }
}
