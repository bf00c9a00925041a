import Glibc

/// The name this host gives itself.
enum HostName {
    /// The host's name in lower case; `nil` where it has none that a certificate can bear.
    static func current() -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return valid(String(decoding: bytes, as: UTF8.self))
    }

    /// The name as given and without its domain; nothing for `localhost`.
    static func forms(of name: String?) -> [String] {
        guard let name = name.flatMap(valid) else { return [] }
        let short = String(name.prefix { $0 != "." })
        return short == name ? [name] : [name, short]
    }

    /// A name of letters, digits, hyphens and dots that is not an address (RFC 1123 §2.1), in lower case.
    static func valid(_ name: String) -> String? {
        let name = name.lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let wellFormed = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d }
        }
        let isAddress = labels.last?.allSatisfy(\.isNumber) ?? true
        guard wellFormed, !isAddress, name.utf8.count <= 253, name != "localhost" else { return nil }
        return name
    }
}
