/// Scheme, host and port the browser used, in lower case: `https://host` or `https://host:port`.
struct RequestOrigin: Equatable, Sendable {
    let text: String

    /// Nil unless it is `https`, a host of letters, digits, dots and hyphens or a bracketed IPv6 address, and an optional port.
    init?(_ text: String) {
        // ASCII first: the Kelvin sign would become a k.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let text = text.lowercased()
        guard text.hasPrefix("https://") else { return nil }
        let authority = Array(text.utf8.dropFirst(8))
        guard (1...261).contains(authority.count) else { return nil }
        var host = authority[...]
        if host.first == UInt8(ascii: "[") {
            guard let close = host.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let address = host[1..<close]
            guard address.count >= 2,
                address.allSatisfy({ Self.isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return nil }
            host = host[(close + 1)...]
        } else {
            let name = host.prefix { $0 != UInt8(ascii: ":") }
            let isName = name.allSatisfy {
                Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
            guard !name.isEmpty, isName else { return nil }
            host = host[name.endIndex...]
        }
        if let colon = host.first {
            let port = host.dropFirst()
            guard colon == UInt8(ascii: ":"), (1...5).contains(port.count),
                port.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
        }
        self.text = text
    }

    /// Where the provider sends the browser back to: the load balancer's path.
    var redirectURI: String { text + "/oauth2/idpresponse" }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
