/// What is to be said of a model and a region before anybody asks.
public struct ModelCheck: Hashable, Sendable {
    /// Why it cannot work, with what does; nil when nothing speaks against it.
    public let refusal: Refusal?
    /// What the operator should know.
    public let warnings: [String]

    /// A refusal, in the two halves of a configuration problem.
    public struct Refusal: Hashable, Sendable {
        /// What was found.
        public let found: String
        /// What would work.
        public let wanted: String
    }

    /// Checks an id against the region that requests go to.
    public init(_ id: ModelIdentifier, region: String) {
        var warnings: [String] = []
        let facts = ModelCatalog.facts(of: id)
        if let facts, let ended = facts.ended {
            warnings.append(
                "\(facts.name) ended on Bedrock on \(ended): requests to it fail. Use \(Self.list(ModelCatalog.usable(from: region)))."
            )
        }
        if let facts, id.geography == nil, id.region == nil {
            warnings.append(
                "\(id.rawValue) answers only through an inference profile. Use \(Self.list(Self.profiles(of: facts, from: region)))."
            )
        }
        if let geography = id.geography, let facts, geography.isUsable(from: region),
            !facts.isReachable(by: geography, from: region)
        {
            warnings.append(
                "\(id.rawValue) is not known to be usable from \(region). Known are \(Self.list(ModelCatalog.usable(from: region)))."
            )
        }
        self.warnings = warnings
        if let geography = id.geography, !geography.isUsable(from: region) {
            refusal = Refusal(
                found: "\(id.rawValue), which \(region) cannot use",
                wanted: Self.list(ModelCatalog.usable(from: region))
                    + ", or a region of the profile's geography in Model.Bedrock.Region")
        } else if let named = id.region, named != region {
            refusal = Refusal(
                found: "an ARN of \(named), while requests go to \(region)",
                wanted: "an ARN of \(region), or \(named) in Model.Bedrock.Region")
        } else {
            refusal = nil
        }
    }

    private static func profiles(of facts: ModelFacts, from region: String) -> [String] {
        let own = ModelIdentifier.Geography.allCases.filter { facts.isReachable(by: $0, from: region) }
            .map { "\($0.rawValue).\(facts.id)" }
        return own.isEmpty ? ModelCatalog.usable(from: region) : own
    }

    private static func list(_ ids: [String]) -> String {
        guard let last = ids.last else { return "an inference profile of that region" }
        return ids.count == 1 ? last : ids.dropLast().joined(separator: ", ") + " or " + last
    }
}
