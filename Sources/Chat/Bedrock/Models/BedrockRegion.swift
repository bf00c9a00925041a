/// What follows from a region's name.
public enum BedrockRegion {
    /// The region where none is configured.
    public static let standard = "eu-west-2"

    /// Whether this can be a region's name: lower-case letters, digits and hyphens, as in a host's name.
    public static func isName(_ text: String) -> Bool {
        (4...32).contains(text.utf8.count) && text.contains("-") && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    /// The geography whose inference profiles a region can use; nil where only global ones are known.
    static func geography(of region: String) -> ModelIdentifier.Geography? {
        switch region {
        case _ where region.hasPrefix("us-gov-"): .usGov
        case _ where region.hasPrefix("us-"): .us
        case _ where region.hasPrefix("eu-"): .eu
        case "ap-northeast-1", "ap-northeast-3": .jp
        case "ap-southeast-2", "ap-southeast-4": .au
        case _ where region.hasPrefix("ap-"): .apac
        default: nil
        }
    }
}
