/// A method as a rule names it: `GET`, or one of an application's own.
public struct RequestMethod: Sendable, Equatable {
    /// The longest one, in bytes: the load balancer's limit.
    public static let lengthLimit = 40

    /// The method as written.
    public let text: String
    private let bytes: [UInt8]

    /// Nil unless it is 1 to 40 upper-case letters, `-` and `_`.
    public init?(_ text: String) {
        let isWritable = text.utf8.allSatisfy {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        guard isWritable, (1...Self.lengthLimit).contains(text.utf8.count) else { return nil }
        self.text = text
        bytes = Array(text.utf8)
    }

    func matches(_ sent: Span<UInt8>) -> Bool {
        guard sent.count == bytes.count else { return false }
        for index in bytes.indices where bytes[index] != sent[index] { return false }
        return true
    }
}
