/// The domain of an e-mail address, in lower case.
///
/// Only addresses of the plain kind have one: `a@evil.example@company.example` and quoted local parts mean different things to
/// different readers (CVE-2026-40574), so they mean nothing here.
public struct EmailDomain: Sendable, Equatable {
    /// As compared.
    public let text: String

    /// A domain as written in a configuration, without `@`; nil if it is none.
    public init?(_ domain: String) {
        let labels = domain.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count > 1, domain.utf8.count <= 253,
            labels.allSatisfy({ (1...63).contains($0.count) && $0.allSatisfy(Self.isLabelByte) })
        else { return nil }
        text = domain.lowercased()
    }

    /// The domain of an address; nil where it is not beyond doubt.
    init?(ofAddress address: String) {
        let parts = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), parts[0].allSatisfy(Self.isLocalByte) else {
            return nil
        }
        self.init(String(decoding: parts[1], as: UTF8.self))
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// RFC 5322 `atext` and the dot.
    private static func isLocalByte(_ byte: UInt8) -> Bool {
        isLabelByte(byte) || "!#$%&'*+/=?^_`{|}~.".utf8.contains(byte)
    }
}
