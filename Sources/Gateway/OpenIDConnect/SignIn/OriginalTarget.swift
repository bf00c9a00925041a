/// The page a user wanted before he was sent to sign in, safe to put into a `Location` header.
///
/// It is a path of this site and cannot become anything else in a browser: it begins with exactly one `/`, and its path holds no
/// empty segment, backslash or control character, written plainly or percent-encoded (open-redirect families of CVE-2020-5233, CVE-2020-11053,
/// CVE-2020-4037, CVE-2022-23527).
struct OriginalTarget: Equatable, Sendable {
    /// The target in origin form: path and query, printable ASCII.
    let text: String

    /// `/`
    static let root = OriginalTarget(unchecked: "/")

    /// The longest target that is remembered, in bytes; it travels in the address of the sign-in page.
    static let maximumLength = 4096

    /// Nil for anything that is not beyond doubt a page of this site.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= Self.maximumLength else { return nil }
        // Printable ASCII only: no control, no space, no raw UTF-8. No backslash anywhere, and no fragment.
        let isClean = bytes.allSatisfy {
            (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#")
        }
        guard isClean else { return nil }
        let path = bytes.prefix { $0 != UInt8(ascii: "?") }
        guard let decoded = PercentEncoding.decode(path, plusIsSpace: false) else { return nil }
        var previous: UInt8 = 0
        for byte in decoded {
            guard byte >= 0x20, byte != 0x7F, byte != UInt8(ascii: "\\") else { return nil }
            guard byte != UInt8(ascii: "/") || previous != UInt8(ascii: "/") else { return nil }
            // Blanks between slashes are what browsers strip.
            guard byte != UInt8(ascii: " ") || previous != UInt8(ascii: "/") else { return nil }
            previous = byte
        }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }
}
