import Wire

/// What the parts of an HTTP/2 field block may hold (RFC 9113 §8.2.1, §8.3.1), stricter where HTTP/1.1 must carry it on.
enum FieldRules {
    static let asterisk: UInt8 = 0x2A

    /// A field name: a token without upper-case letters.
    static func isName(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        for index in 0..<bytes.count
        where !ASCII.isTokenCharacter(bytes[index]) || bytes[index] &- 0x41 < 26 { return false }
        return true
    }

    /// A field value: no control character but tab, no space or tab at its ends.
    static func isValue(_ bytes: Span<UInt8>) -> Bool {
        let count = bytes.count
        guard count > 0 else { return true }
        for index in 0..<count where !ASCII.isFieldValueCharacter(bytes[index]) { return false }
        return !isBlank(bytes[0]) && !isBlank(bytes[count &- 1])
    }

    /// A method or protocol name.
    static func isToken(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        for index in 0..<bytes.count where !ASCII.isTokenCharacter(bytes[index]) { return false }
        return true
    }

    /// A path with query, or `*`: visible ASCII without `#` (attack 80).
    static func isPath(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes[0] == 0x2F || (bytes[0] == asterisk && bytes.count == 1) else { return false }
        for index in 0..<bytes.count where bytes[index] &- 0x21 >= 0x5E || bytes[index] == 0x23 { return false }
        return true
    }

    /// Host and port: visible ASCII without what begins a path, a query, a fragment or ends user information (RFC 9113 §8.3.1).
    static func isAuthority(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        for index in 0..<bytes.count {
            let byte = bytes[index]
            guard byte &- 0x21 < 0x5E else { return false }
            switch byte {
            case 0x23, 0x2F, 0x3F, 0x40, 0x5C: return false
            default: break
            }
        }
        return true
    }

    /// A `content-length`: 1 to 18 decimal digits.
    static func isLength(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= 18 else { return false }
        for index in 0..<bytes.count where !ASCII.isDigit(bytes[index]) { return false }
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }
}

/// The field names the bridge acts on.
enum BridgedField: UInt8 {
    case other, host, cookie, contentLength, te, webSocketKey
    /// Belongs to one connection of HTTP/1.1 (RFC 9113 §8.2.2).
    case connectionSpecific

    /// `name` is in lower case.
    init(_ name: Span<UInt8>) {
        let whole = ByteRange(0, name.count)
        self = .other
        switch name.count {
        case 2: if name.equals(whole, "te") { self = .te }
        case 4: if name.equals(whole, "host") { self = .host }
        case 6: if name.equals(whole, "cookie") { self = .cookie }
        case 7: if name.equals(whole, "upgrade") { self = .connectionSpecific }
        case 10:
            if name.equals(whole, "connection") || name.equals(whole, "keep-alive") { self = .connectionSpecific }
        case 14: if name.equals(whole, "content-length") { self = .contentLength }
        case 16: if name.equals(whole, "proxy-connection") { self = .connectionSpecific }
        case 17:
            if name.equals(whole, "sec-websocket-key") { self = .webSocketKey }
            if name.equals(whole, "transfer-encoding") { self = .connectionSpecific }
        default: break
        }
    }
}

extension RequestHeadBridge.PseudoField {
    init?(_ name: Span<UInt8>) {
        let whole = ByteRange(0, name.count)
        if name.equals(whole, ":path") {
            self = .path
        } else if name.equals(whole, ":method") {
            self = .method
        } else if name.equals(whole, ":scheme") {
            self = .scheme
        } else if name.equals(whole, ":authority") {
            self = .authority
        } else if name.equals(whole, ":protocol") {
            self = .protocol
        } else {
            return nil
        }
    }
}
