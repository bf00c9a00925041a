/// The host a request names, in the one form rules match and backends receive.
///
/// Lower case, without a trailing dot, the port apart. Everything a name cannot contain is refused rather than repaired, so
/// that no redirect or callback address can be built from a dirty one: user information, spaces, commas, slashes, percent
/// signs, bytes beyond ASCII, empty labels, unclosed brackets, ports that are no number from 1 to 65535.
///
/// RFC 9110 §7.2, RFC 3986 §3.2.2.
public enum HostName: Equatable, Sendable {
    /// The host is the authority's first `length` bytes as they stand (brackets of an IPv6 literal included). Nothing was
    /// allocated to find out.
    case unchanged(length: Int, port: UInt16?)
    /// The host in lower case.
    case rewritten(host: [UInt8], port: UInt16?)
    /// Answer 400.
    case refused(HostRefusal)

    /// The longest host name, in bytes (RFC 1035 §2.3.4).
    public static let lengthLimit = 253

    /// Normalises the value of a `Host` header field, an `:authority`, or the authority of an absolute-form target.
    ///
    /// - Parameter authority: `host[:port]` without surrounding blanks, borrowed for the call.
    public static func normalise(_ authority: Span<UInt8>) -> HostName {
        do throws(HostRefusal) {
            guard !authority.isEmpty else { throw .empty }
            let host = try authority[0] == UInt8(ascii: "[") ? literal(in: authority) : name(in: authority)
            let port = try port(in: authority, from: host.portOffset)
            guard host.hasUpperCase else { return .unchanged(length: host.length, port: port) }
            var lowered: [UInt8] = []
            lowered.reserveCapacity(host.length)
            for index in 0..<host.length { lowered.append(lowerCase(authority[index])) }
            return .rewritten(host: lowered, port: port)
        } catch {
            return .refused(error)
        }
    }

    private struct Extent {
        var length: Int
        /// Where `:port` begins, or the authority's end.
        var portOffset: Int
        var hasUpperCase: Bool
    }

    private static func name(in authority: Span<UInt8>) throws(HostRefusal) -> Extent {
        var hasUpperCase = false
        var index = 0
        var labelStart = 0
        scan: while index < authority.count {
            let byte = authority[index]
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                break
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                hasUpperCase = true
            case UInt8(ascii: "."):
                guard index > labelStart else { throw .emptyLabel }
                labelStart = index + 1
            case UInt8(ascii: ":"):
                break scan
            default:
                throw .forbiddenCharacter
            }
            index += 1
        }
        let length = index > 0 && labelStart == index ? index - 1 : index
        guard length > 0 else { throw .empty }
        guard length <= lengthLimit else { throw .tooLong }
        return Extent(length: length, portOffset: index, hasUpperCase: hasUpperCase)
    }

    private static func literal(in authority: Span<UInt8>) throws(HostRefusal) -> Extent {
        var hasUpperCase = false
        var index = 1
        while index < authority.count, authority[index] != UInt8(ascii: "]") {
            if lowerCase(authority[index]) != authority[index] { hasUpperCase = true }
            index += 1
        }
        guard index < authority.count, IPAddressText.isIPv6(authority.extracting(1..<index)) else {
            throw .invalidLiteral
        }
        return Extent(length: index + 1, portOffset: index + 1, hasUpperCase: hasUpperCase)
    }

    private static func port(in authority: Span<UInt8>, from offset: Int) throws(HostRefusal) -> UInt16? {
        guard offset < authority.count else { return nil }
        guard authority[offset] == UInt8(ascii: ":"), (1...5).contains(authority.count - offset - 1),
            authority[offset + 1] != UInt8(ascii: "0")
        else { throw .invalidPort }
        var port = 0
        for index in (offset + 1)..<authority.count {
            guard let digit = Hexadecimal.digit(authority[index]), digit < 10 else { throw .invalidPort }
            port = port * 10 + Int(digit)
        }
        guard let port = UInt16(exactly: port) else { throw .invalidPort }
        return port
    }

    private static func lowerCase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// Why a host is refused (400). The raw value is the reason in logs.
public enum HostRefusal: String, Error, CaseIterable, Sendable {
    /// No name before the port, or none at all.
    case empty = "host-empty"
    /// A character no host name has: `@`, space, `,`, `/`, `%`, a control character, a byte beyond ASCII.
    case forbiddenCharacter = "host-forbidden-character"
    /// `a..b` or `.a`.
    case emptyLabel = "host-empty-label"
    /// More than 253 bytes.
    case tooLong = "host-too-long"
    /// `[` without an IPv6 address and `]`.
    case invalidLiteral = "host-invalid-literal"
    /// A port that is no number from 1 to 65535 without leading zeros.
    case invalidPort = "host-invalid-port"
}
