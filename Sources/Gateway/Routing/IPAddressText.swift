/// Whether text is an IP address, without asking the system.
public enum IPAddressText {
    /// Four numbers from 0 to 255 without leading zeros, separated by dots.
    public static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var numbers = 0
        var index = 0
        while true {
            var value = 0
            let start = index
            while index < text.count, let digit = Hexadecimal.digit(text[index]), digit < 10, index - start < 3 {
                value = value * 10 + Int(digit)
                index += 1
            }
            guard index > start, value <= 255, text[start] != UInt8(ascii: "0") || index == start + 1 else {
                return false
            }
            numbers += 1
            if index == text.count { return numbers == 4 }
            guard text[index] == UInt8(ascii: "."), numbers < 4 else { return false }
            index += 1
        }
    }

    /// An IPv6 address without brackets and without a zone: RFC 4291 §2.2, all three forms.
    public static func isIPv6(_ text: Span<UInt8>) -> Bool {
        var groups = 0
        var hasGap = false
        var index = 0
        if text.count >= 2, text[0] == UInt8(ascii: ":"), text[1] == UInt8(ascii: ":") {
            hasGap = true
            index = 2
            if index == text.count { return true }
        }
        while true {
            let start = index
            while index < text.count, Hexadecimal.digit(text[index]) != nil { index += 1 }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                // The last 32 bits in IPv4's notation.
                guard isIPv4(text.extracting(start..<text.count)) else { return false }
                return hasGap ? groups + 2 < 8 : groups + 2 == 8
            }
            guard (1...4).contains(index - start) else { return false }
            groups += 1
            if index == text.count { return hasGap ? groups < 8 : groups == 8 }
            guard text[index] == UInt8(ascii: ":"), groups < 8 else { return false }
            index += 1
            if index < text.count, text[index] == UInt8(ascii: ":") {
                guard !hasGap else { return false }
                hasGap = true
                index += 1
                if index == text.count { return groups < 8 }
            }
        }
    }
}
