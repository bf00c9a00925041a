/// What a model's id says: `eu.anthropic.claude-sonnet-4-6` is the model `anthropic.claude-sonnet-4-6` in Europe.
public struct ModelIdentifier: Hashable, Sendable {
    /// The id as it is configured and sent: of a model, of an inference profile, or an ARN.
    public let rawValue: String
    /// The geography of a system's inference profile; nil for a bare model.
    public let geography: Geography?
    /// The model alone, without geography; nil for an ARN that does not end with it, as an application's profile.
    public let model: String?
    /// The region that an ARN names.
    public let region: String?

    /// Where an inference profile lets a model run.
    public enum Geography: String, CaseIterable, Sendable {
        case us, eu, apac, jp, au, global
        case usGov = "us-gov"

        /// Whether requests from a region may use it.
        func isUsable(from region: String) -> Bool {
            switch self {
            case .global: !region.hasPrefix("us-gov-")
            case .us: region.hasPrefix("us-") && !region.hasPrefix("us-gov-")
            case .usGov: region.hasPrefix("us-gov-")
            case .eu: region.hasPrefix("eu-")
            case .apac, .jp, .au: region.hasPrefix("ap-")
            }
        }
    }

    /// Reads an id; nil when Bedrock could not take it: 1 to 2048 characters of letters, digits and `-._:/`.
    public init?(_ text: String) {
        let isAllowed = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F, 0x3A, 0x2F].contains(byte)
        }
        guard (1...2048).contains(text.utf8.count), isAllowed else { return nil }
        rawValue = text
        var id = text[...]
        if text.hasPrefix("arn:") {
            // arn:PARTITION:bedrock:REGION:ACCOUNT:KIND/ID, and the id may have colons of its own.
            let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            guard parts.count == 6, parts[2] == "bedrock" || parts[2] == "sagemaker",
                let slash = parts[5].firstIndex(of: "/"), parts[5].index(after: slash) < parts[5].endIndex
            else { return nil }
            region = parts[3].isEmpty ? nil : String(parts[3])
            let kind = parts[5][..<slash]
            guard kind == "foundation-model" || kind == "inference-profile" else {
                geography = nil
                model = nil
                return
            }
            id = parts[5][parts[5].index(after: slash)...]
        } else {
            region = nil
        }
        let prefix = id.firstIndex(of: ".").map { id[..<$0] }
        geography = prefix.flatMap { Geography(rawValue: String($0)) }
        model = String(geography == nil ? id : id[id.index(after: prefix?.endIndex ?? id.startIndex)...])
    }
}
