public import Bedrock
import ConfigurationReading
import Foundation
import Operations

/// Who answers, as the mapping `Model` of `chat.yaml` says.
public struct ModelConfiguration: Sendable, Equatable {
    /// Where the model is.
    public var provider = Provider.auto
    /// The most tokens of an answer.
    public var maxTokens = 2_048
    /// 0 to 1; nil for the model's own.
    public var temperature: Double?
    /// 0 to 1; nil for the model's own.
    public var topP: Double?
    /// A file with what the model is told before every conversation.
    public var systemPromptFile: String?
    /// How long what may take.
    public var timeouts = BedrockClient.Timeouts()
    /// How often a question is asked before it has failed.
    public var attempts = 3
    /// What its tokens cost; nil for the price table's.
    public var price: TokenPrice?
    /// What is configured for Amazon Bedrock.
    public var bedrock = Bedrock()
    /// The server that speaks OpenAI's API; nil when none is configured.
    public var openAI: OpenAI?

    /// Where a model is.
    public enum Provider: String, CaseIterable, Sendable {
        /// Bedrock where AWS credentials are configured, else the offline model.
        case auto
        /// Amazon Bedrock.
        case bedrock
        /// A server that speaks OpenAI's API.
        case openai
        /// The built-in script.
        case offline
    }

    /// What is configured for Amazon Bedrock.
    public struct Bedrock: Sendable, Equatable {
        /// The region requests go to; nil for the environment's.
        public var region: String?
        /// The model's id; nil for the region's standard model.
        public var modelID: String?
        /// The guardrail to apply.
        public var guardrail: ConverseRequest.Guardrail?
    }

    /// A server that speaks OpenAI's API.
    public struct OpenAI: Sendable, Equatable {
        /// Its address, before `/v1/chat/completions`.
        public var endpoint: ServiceEndpoint
        /// The model's name there.
        public var model: String
        /// A file with the key; nil for none.
        public var keyFile: String?
    }

    /// The defaults of `chat.yaml`.
    public init() {}

    init(_ node: ConfigurationNode, state: StateDirectory) {
        provider = node.choice("Provider", default: .auto) ?? .auto
        maxTokens = node.int("MaxTokens", in: 1...128_000, default: maxTokens)
        temperature = Self.fraction(node, "Temperature")
        topP = Self.fraction(node, "TopP")
        systemPromptFile = node.optionalString("SystemPromptFile").map { state.resolve($0) }
        timeouts.connect = .seconds(node.int("ConnectSeconds", in: 1...60, default: 3))
        timeouts.firstEvent = .seconds(node.int("FirstEventSeconds", in: 1...3600, default: 60))
        timeouts.nextEvent = .seconds(node.int("NextEventSeconds", in: 1...3600, default: 60))
        attempts = node.int("Attempts", in: 1...10, default: attempts)
        price = node.child("Price").flatMap(Self.price)
        if let child = node.child("Bedrock") { bedrock = Self.bedrock(child) }
        if let child = node.child("OpenAI") { openAI = Self.openAI(child, state: state) }
        if provider == .openai, !node.has("OpenAI") {
            node.report("OpenAI", found: "nothing", wanted: "a mapping with BaseURL and ModelId")
        }
    }

    private static func bedrock(_ node: ConfigurationNode) -> Bedrock {
        var bedrock = Bedrock()
        bedrock.region = node.optionalString("Region")
        if let region = bedrock.region, !BedrockRegion.isName(region) {
            node.report("Region", found: region, wanted: "a region such as eu-west-2")
        }
        bedrock.modelID = node.optionalString("ModelId")
        if let id = bedrock.modelID, ModelIdentifier(id) == nil {
            node.report("ModelId", found: id, wanted: "a model's id, an inference profile's id, or an ARN of Bedrock")
        }
        let version = node.optionalString("GuardrailVersion")
        if let version, version != "DRAFT", !(1...8).contains(version.utf8.count) || Int(version) == nil {
            node.report("GuardrailVersion", found: version, wanted: "DRAFT or a number")
        }
        switch (node.optionalString("GuardrailId"), version) {
        case (let id?, let version?):
            bedrock.guardrail = .init(identifier: id, version: version, streamProcessingMode: "sync")
        case (nil, nil): break
        case (nil, _): node.report("GuardrailId", found: "nothing", wanted: "a guardrail's id beside its version")
        case (_, nil): node.report("GuardrailVersion", found: "nothing", wanted: "DRAFT or a number beside the id")
        }
        return bedrock
    }

    private static func openAI(_ node: ConfigurationNode, state: StateDirectory) -> OpenAI? {
        let url = node.string("BaseURL")
        let model = node.string("ModelId")
        let keyFile = node.optionalString("ApiKeyFile").map { state.resolve($0) }
        guard !url.isEmpty else { return nil }
        guard let endpoint = ServiceEndpoint(url) else {
            node.report("BaseURL", found: url, wanted: "an address such as http://127.0.0.1:8080")
            return nil
        }
        return OpenAI(endpoint: endpoint, model: model, keyFile: keyFile)
    }

    private static func price(_ node: ConfigurationNode) -> TokenPrice? {
        func microUSD(_ key: String) -> Int? {
            guard let text = node.optionalString(key) else { return nil }
            guard let amount = decimal(text, digits: 6) else {
                node.report(key, found: text, wanted: "US dollars for a million tokens, such as 3.30")
                return nil
            }
            return amount
        }
        let (input, output) = (microUSD("InputPerMillion"), microUSD("OutputPerMillion"))
        let (read, write) = (microUSD("CacheReadPerMillion"), microUSD("CacheWritePerMillion"))
        guard let input, let output else {
            for (key, amount) in [("InputPerMillion", input), ("OutputPerMillion", output)]
            where amount == nil && !node.has(key) {
                node.report(key, found: "nothing", wanted: "US dollars for a million tokens, such as 3.30")
            }
            return nil
        }
        return TokenPrice(input: input, output: output, cacheRead: read, cacheWrite: write)
    }

    private static func fraction(_ node: ConfigurationNode, _ key: String) -> Double? {
        guard let text = node.optionalString(key) else { return nil }
        guard let millionths = decimal(text, digits: 6), millionths <= 1_000_000 else {
            node.report(key, found: text, wanted: "a number from 0 to 1, such as 0.7")
            return nil
        }
        return Double(millionths) / 1_000_000
    }

    /// A number in decimal notation times ten to the power of `digits`; nil for anything else, and above a million.
    private static func decimal(_ text: String, digits: Int) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let isNumber = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard isNumber, fraction.count <= digits, parts[0].count <= 6 else { return nil }
        return Int(parts[0] + fraction + String(repeating: "0", count: digits - fraction.count))
    }
}
