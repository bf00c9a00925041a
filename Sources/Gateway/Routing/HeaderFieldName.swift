import HTTP1
import Wire

/// The name of a header field that a rule looks at.
public struct HeaderFieldName: Sendable, Equatable {
    /// Why a name cannot be used in a rule.
    public enum Refusal: Error, Sendable {
        /// Not 1 to 40 characters of a field name, or a `*`, which no wildcard stands for here.
        case malformed
        /// `Host` has a condition of its own.
        case host
        /// A field that backends get from the gateway alone; what a client writes there is dropped and must decide nothing.
        case statedByGateway
    }

    /// The longest one, in bytes: the load balancer's limit.
    public static let lengthLimit = 40

    /// The name as written.
    public let text: String
    private let folded: [UInt8]

    /// Checks a name.
    public init(_ text: String) throws(Refusal) {
        let bytes = Array(text.utf8)
        guard (1...Self.lengthLimit).contains(bytes.count),
            bytes.allSatisfy({ ASCII.isTokenCharacter($0) && $0 != UInt8(ascii: "*") })
        else { throw .malformed }
        switch HeaderName(bytes.span, ByteRange(0, bytes.count)) {
        case .host: throw .host
        case .identityClaim, .forwardingClaim, .proxy: throw .statedByGateway
        default: break
        }
        self.text = text
        folded = bytes.map(ASCII.lowercased)
    }

    func matches(_ field: HeaderField, in bytes: Span<UInt8>) -> Bool {
        guard Int(field.name.count) == folded.count else { return false }
        let start = field.name.lowerBound
        for index in folded.indices where ASCII.lowercased(bytes[start + index]) != folded[index] { return false }
        return true
    }
}
