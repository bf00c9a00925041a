/// What is known of the models, with the day it was looked up. What is not listed is used as it is configured.
public struct ModelFacts: Hashable, Sendable {
    /// The model's id without geography.
    public let id: String
    /// Its name for people.
    public let name: String
    /// Which sampling parameters it takes.
    public let sampling: Sampling
    /// The day since which requests fail; nil when none is announced.
    public let ended: String?
    /// The profiles that reach it: by geography, the regions a request may come from; nil for every region of the geography.
    let profiles: [ModelIdentifier.Geography: Set<String>?]

    /// Which sampling parameters a model takes.
    public enum Sampling: Sendable {
        /// Temperature and top-p.
        case both
        /// One of the two.
        case one
        /// None.
        case none
    }

    /// Whether a profile of this model can be used from a region, as far as is known.
    func isReachable(by geography: ModelIdentifier.Geography, from region: String) -> Bool {
        guard geography.isUsable(from: region), let regions = profiles[geography] else { return false }
        return regions?.contains(region) ?? true
    }
}

/// The table of models.
public enum ModelCatalog {
    /// When the table was made.
    public static let version = "2026-11-23"

    /// What is known of a model; nil if it is not in the table.
    public static func facts(of id: ModelIdentifier) -> ModelFacts? {
        id.model.flatMap { model in all.first { $0.id == model } }
    }

    /// The model that is used where none is configured.
    public static func standard(in region: String) -> ModelIdentifier {
        let geography = BedrockRegion.geography(of: region) ?? .global
        // The standard model has no profile of its own for Asia and the Pacific as a whole, nor for the government's regions.
        let prefix = [.us, .eu, .jp, .au].contains(geography) ? geography : .global
        guard let id = ModelIdentifier("\(prefix.rawValue).\(standardModel)") else {
            preconditionFailure("the standard model's id is one")
        }
        return id
    }

    /// The ids of models that can be used from a region, newest first.
    static func usable(from region: String) -> [String] {
        all.filter { $0.ended == nil }.flatMap { facts in
            ModelIdentifier.Geography.allCases.filter { facts.isReachable(by: $0, from: region) }
                .map { "\($0.rawValue).\(facts.id)" }
        }
    }

    private static let standardModel = "anthropic.claude-sonnet-4-6"

    private static let europe: Set<String> = [
        "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
    ]

    /// Regions and parameters: aws-samples/bedrock-chat (2026-06), models.dev (2026-07). Where eu-west-2 is not verified as a source, it is not listed.
    static let all: [ModelFacts] = [
        ModelFacts(
            id: "anthropic.claude-sonnet-4-6", name: "Claude Sonnet 4.6", sampling: .one, ended: nil,
            profiles: [.us: nil, .eu: europe, .jp: nil, .au: nil, .global: nil]),
        ModelFacts(
            id: "anthropic.claude-opus-4-7", name: "Claude Opus 4.7", sampling: .none, ended: nil,
            profiles: [.us: nil, .eu: europe, .global: nil]),
        ModelFacts(
            id: "anthropic.claude-opus-4-6-v1", name: "Claude Opus 4.6", sampling: .one, ended: nil,
            profiles: [.us: nil, .eu: europe, .global: nil]),
        ModelFacts(
            id: "anthropic.claude-sonnet-4-5-20250929-v1:0", name: "Claude Sonnet 4.5", sampling: .one, ended: nil,
            profiles: [.us: nil, .eu: europe, .jp: nil, .au: nil, .global: nil]),
        ModelFacts(
            id: "anthropic.claude-haiku-4-5-20251001-v1:0", name: "Claude Haiku 4.5", sampling: .one, ended: nil,
            profiles: [.us: nil, .eu: europe.subtracting(["eu-west-2"]), .jp: nil, .au: nil, .global: nil]),
        ModelFacts(
            id: "anthropic.claude-sonnet-5", name: "Claude Sonnet 5", sampling: .none, ended: nil,
            profiles: [.us: nil, .eu: europe.subtracting(["eu-west-2"])]),
        ModelFacts(
            id: "anthropic.claude-sonnet-5-5", name: "Claude Sonnet 5.5", sampling: .none, ended: nil,
            profiles: [.us: nil, .eu: europe.subtracting(["eu-west-2"])]),
        ModelFacts(
            id: "anthropic.claude-opus-4-8", name: "Claude Opus 4.8", sampling: .none, ended: nil, profiles: [.us: nil]),
        ModelFacts(
            id: "anthropic.claude-opus-4-1-20250805-v1:0", name: "Claude Opus 4.1", sampling: .one, ended: nil,
            profiles: [.us: nil]),
        ModelFacts(
            id: "anthropic.claude-sonnet-4-20250514-v1:0", name: "Claude Sonnet 4", sampling: .both,
            ended: "2026-10-14",
            profiles: [
                .us: nil, .eu: ["eu-central-1", "eu-west-1", "eu-west-3"],
                .global: ["us-east-1", "us-east-2", "us-west-2", "eu-west-1", "ap-northeast-1"],
            ]),
    ]
}
