import AsyncHTTPClient
import Bedrock
public import Conversations
import Foundation
public import Logging
import Operations

/// The model that a configuration and an environment name, with what it holds open.
///
/// Which it is is decided once, at start: a provider that fails later is an error and never another provider.
public struct ConfiguredModel: Sendable {
    /// Who answers.
    public let model: any ChatModel
    private let clients: [HTTPClient]

    /// Chooses and connects the model; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - environment: AWS's variables and the proxy's.
    ///   - logger: is told what was chosen and why, and what the operator should know.
    /// - Throws: ``ModelProblem`` when what is configured cannot work.
    public init(
        _ configuration: ModelConfiguration, environment: [String: String], logger: Logger
    ) throws(ModelProblem) {
        let aws = AWSEnvironment(environment)
        switch configuration.provider {
        case .offline:
            self = Self.offline("it is configured", logger)
        case .auto where !CredentialChain.isConfigured(in: aws):
            self = Self.offline("no AWS credentials are configured", logger)
        case .auto, .bedrock:
            self = try Self.bedrock(configuration, aws, environment, logger)
        case .openai:
            self = try Self.openAI(configuration, environment, logger)
        }
    }

    /// Ends every connection.
    public func shutdown() async {
        for client in clients { try? await client.shutdown() }
    }

    /// What would keep the model from being made, without making it.
    public static func check(
        _ configuration: ModelConfiguration, environment: [String: String]
    ) throws(ModelProblem) {
        switch configuration.provider {
        case .offline: break
        case .auto where !CredentialChain.isConfigured(in: AWSEnvironment(environment)): break
        case .auto, .bedrock: _ = try Target(configuration.bedrock, AWSEnvironment(environment))
        case .openai:
            if let file = configuration.openAI?.keyFile { _ = try contents(of: file, key: "Model.OpenAI.ApiKeyFile") }
        }
        _ = try systemPrompt(configuration)
    }

    // MARK: The three kinds

    private static func offline(_ reason: String, _ logger: Logger) -> ConfiguredModel {
        logger.notice(
            "answers are scripted; no AI model is connected", metadata: ["model": "simulated-1", "reason": "\(reason)"])
        return ConfiguredModel(model: OfflineModel(), clients: [])
    }

    private static func bedrock(
        _ configuration: ModelConfiguration, _ aws: AWSEnvironment, _ environment: [String: String], _ logger: Logger
    ) throws(ModelProblem) -> ConfiguredModel {
        let target = try Target(configuration.bedrock, aws)
        for warning in target.warnings { logger.warning("\(warning)") }
        var settings = BedrockModel.Settings(model: target.model)
        settings.maxTokens = configuration.maxTokens
        settings.temperature = configuration.temperature
        settings.topP = configuration.topP
        settings.guardrail = configuration.bedrock.guardrail
        settings.price = configuration.price
        settings.systemPrompt = try systemPrompt(configuration)
        let http = try client(for: target.endpoint, configuration, environment)
        var clients = [http]
        let authorization: BedrockClient.Authorization
        if let key = aws.bearerToken {
            authorization = .bearer(key)
        } else {
            // Addresses of this host and its links, which no proxy reaches.
            let local = HTTPConnections.client(connect: .seconds(2))
            clients.append(local)
            let now = { @Sendable in Int(Date().timeIntervalSince1970) }
            let chain = CredentialChain(environment: aws, local: local, remote: http, now: now)
            authorization = .signed(
                CredentialCache(now: now) { () async throws(CredentialError) in try await chain.credentials() })
        }
        let client = BedrockClient(
            http: http, endpoint: target.endpoint, region: target.region, authorization: authorization,
            timeouts: configuration.timeouts, attempts: configuration.attempts)
        logger.notice(
            "answers come from Amazon Bedrock",
            metadata: [
                "model": "\(target.model.rawValue)", "region": "\(target.region)",
                "endpoint": "\(target.endpoint.host)",
                "credentials": aws.bearerToken == nil ? "signed" : "bearer key",
            ])
        return ConfiguredModel(
            model: BedrockModel(client: client, settings: settings, logger: logger), clients: clients)
    }

    private static func openAI(
        _ configuration: ModelConfiguration, _ environment: [String: String], _ logger: Logger
    ) throws(ModelProblem) -> ConfiguredModel {
        guard let server = configuration.openAI else {
            throw ModelProblem(key: "Model.OpenAI", found: "nothing", wanted: "a mapping with BaseURL and ModelId")
        }
        var settings = OpenAIModel.Settings(endpoint: server.endpoint, model: server.model)
        settings.maxTokens = configuration.maxTokens
        settings.temperature = configuration.temperature
        settings.topP = configuration.topP
        settings.price = configuration.price
        settings.timeouts = configuration.timeouts
        settings.systemPrompt = try systemPrompt(configuration)
        if let file = server.keyFile { settings.key = try contents(of: file, key: "Model.OpenAI.ApiKeyFile") }
        let http = try client(for: server.endpoint, configuration, environment)
        logger.notice(
            "answers come from a server of your own",
            metadata: ["model": "\(server.model)", "endpoint": "\(server.endpoint.host)"])
        return ConfiguredModel(
            model: OpenAIModel(http: http, settings: settings, logger: logger), clients: [http])
    }

    private init(model: any ChatModel, clients: [HTTPClient]) {
        self.model = model
        self.clients = clients
    }

    private static func client(
        for endpoint: ServiceEndpoint, _ configuration: ModelConfiguration, _ environment: [String: String]
    ) throws(ModelProblem) -> HTTPClient {
        let proxy: ProxySettings?
        do {
            proxy = try ProxySettings(for: endpoint, environment: environment)
        } catch {
            throw ModelProblem(
                key: "the environment", found: "a proxy that cannot be used",
                wanted: "http://HOST:PORT in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or the endpoint's host in NO_PROXY")
        }
        return HTTPConnections.client(
            proxy: proxy, certificatesFile: AWSEnvironment(environment).certificatesFile,
            connect: configuration.timeouts.connect)
    }

    private static func systemPrompt(_ configuration: ModelConfiguration) throws(ModelProblem) -> String? {
        guard let file = configuration.systemPromptFile else { return nil }
        return try contents(of: file, key: "Model.SystemPromptFile")
    }

    private static func contents(of file: String, key: String) throws(ModelProblem) -> String {
        let text = (try? String(contentsOfFile: file, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let text, !text.isEmpty else {
            throw ModelProblem(
                key: key, found: "\(file), which cannot be read or is empty", wanted: "a file of UTF-8 text")
        }
        return text
    }
}

/// Why the configured model cannot work.
public struct ModelProblem: Error, Equatable, CustomStringConvertible {
    /// Where it is configured.
    public let key: String
    /// What stands there; no secret.
    public let found: String
    /// What would be right.
    public let wanted: String

    /// As a problem of a configuration file.
    public var description: String { "\(key): found \(found), wanted \(wanted)" }
}

/// Where requests to Bedrock go.
private struct Target {
    let region: String
    let model: ModelIdentifier
    let endpoint: ServiceEndpoint
    let warnings: [String]

    init(_ configuration: ModelConfiguration.Bedrock, _ aws: AWSEnvironment) throws(ModelProblem) {
        let region = configuration.region ?? aws.region ?? BedrockRegion.standard
        guard BedrockRegion.isName(region) else {
            throw ModelProblem(key: "AWS_REGION", found: region, wanted: "a region such as eu-west-2")
        }
        let model = configuration.modelID.flatMap { ModelIdentifier($0) } ?? ModelCatalog.standard(in: region)
        let check = ModelCheck(model, region: region)
        if let refusal = check.refusal {
            throw ModelProblem(
                key: "Model.Bedrock.ModelId", found: refusal.found,
                wanted: refusal.wanted + check.warnings.map { ". \($0)" }.joined())
        }
        let address = aws.endpoint("BEDROCK_RUNTIME") ?? "https://bedrock-runtime.\(region).amazonaws.com"
        guard let endpoint = ServiceEndpoint(address) else {
            throw ModelProblem(
                key: "AWS_ENDPOINT_URL_BEDROCK_RUNTIME", found: "an address that cannot be used",
                wanted: "https://HOST or http://HOST:PORT")
        }
        self.region = region
        self.model = model
        self.endpoint = endpoint
        warnings = check.warnings
    }
}
