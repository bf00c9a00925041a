public import Identity

/// A claim that must have one of some values, in the words of the load balancer's `jwt-validation`.
public struct ClaimRequirement: Sendable, Equatable {
    /// How the claim is read.
    public enum Format: String, Sendable, CaseIterable {
        /// A text that is one of the values.
        case singleString = "single-string"
        /// An array of texts with one of the values in it.
        case stringArray = "string-array"
        /// Words with spaces between them, one of the values among them, as in `scope`.
        case spaceSeparated = "space-separated-values"
    }

    /// What is wrong with a claim.
    public enum Failure: String, Error, Sendable {
        case absent = "JWTClaimNotPresent"
        case format = "JWTClaimFormatInvalid"
        case value = "JWTClaimValueInvalid"

        var text: String {
            switch self {
            case .absent: "is missing"
            case .format: "is of another kind"
            case .value: "has another value"
            }
        }
    }

    /// The claim's name.
    public var name: String
    /// How it is read.
    public var format: Format
    /// At least one.
    public var values: [String]

    /// A requirement.
    public init(name: String, format: Format, values: [String]) {
        self.name = name
        self.format = format
        self.values = values
    }

    /// Why it does not hold; nil if it does. Texts are compared byte by byte.
    public func failure(in claims: [String: JSONValue]) -> Failure? {
        guard let claim = claims[name], claim != .null else { return .absent }
        switch format {
        case .singleString:
            guard claim.string != nil else { return .format }
            return values.contains(where: claim.isText) ? nil : .value
        case .stringArray:
            guard let elements = claim.array, elements.allSatisfy({ $0.string != nil }) else { return .format }
            return elements.contains { values.contains(where: $0.isText) } ? nil : .value
        case .spaceSeparated:
            guard let text = claim.string else { return .format }
            let words = text.utf8.split(separator: UInt8(ascii: " "))
            return words.contains { word in values.contains { word.elementsEqual($0.utf8) } } ? nil : .value
        }
    }
}
