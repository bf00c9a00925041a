import Bedrock
import ConfigurationReading
import Conversations
import Foundation
import Logging
import Operations
import Testing

@testable import ChatServer

/// Which model `chat.yaml` and the environment mean, and what is refused at start.
@Suite struct ConfiguredModelTests {
    private static let keys = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s"]
    /// No profile of whoever runs the tests.
    private static let noFiles = ["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"]

    private func configuration(_ model: String, environment: [String: String] = [:]) throws -> ModelConfiguration {
        let folder = FileManager.default.temporaryDirectory.appending(path: "chat-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "chat.yaml").path
        try Data("Identity: { Signer: s, Issuer: i, ClientId: c }\n\(model)\n".utf8).write(to: URL(filePath: file))
        return try ChatConfiguration(
            contentsOf: file, state: StateDirectory(path: folder.path), environment: environment
        ).model
    }

    private func descriptor(
        _ yaml: String = "", _ environment: [String: String] = [:]
    ) async throws -> ModelDescriptor {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let all = Self.noFiles.merging(environment) { $1 }
        let configured = try ConfiguredModel(try configuration(yaml), environment: all, logger: logger)
        await configured.shutdown()
        return configured.model.descriptor
    }

    private func problem(_ yaml: String, _ environment: [String: String]) throws -> ModelProblem? {
        let configuration = try configuration(yaml)
        do {
            try ConfiguredModel.check(configuration, environment: Self.noFiles.merging(environment) { $1 })
            return nil
        } catch {
            return error
        }
    }

    @Test func withoutCredentialsTheModelIsOffline() async throws {
        #expect(try await descriptor().provider == "simulated")
        #expect(try await descriptor("", ["AWS_REGION": "eu-west-2", "AWS_CA_BUNDLE": "/x"]).provider == "simulated")
        #expect(try await descriptor("Model: { Provider: offline }", Self.keys).simulated)
    }

    @Test func withCredentialsItIsBedrocksStandardModelOfTheRegion() async throws {
        let standard = try await descriptor("", Self.keys)
        #expect(standard.provider == "bedrock")
        #expect(standard.modelID == "eu.anthropic.claude-sonnet-4-6")
        #expect(standard.label == "Claude Sonnet 4.6 on Amazon Bedrock")
        #expect(!standard.simulated)
        let american = try await descriptor("", Self.keys.merging(["AWS_REGION": "us-east-1"]) { $1 })
        #expect(american.modelID == "us.anthropic.claude-sonnet-4-6")
        let bearer = try await descriptor("", ["AWS_BEARER_TOKEN_BEDROCK": "key"])
        #expect(bearer.provider == "bedrock")
        let configured = try await descriptor(
            "Model: { Bedrock: { Region: eu-central-1, ModelId: eu.anthropic.claude-haiku-4-5-20251001-v1:0 } }",
            Self.keys.merging(["AWS_REGION": "us-east-1"]) { $1 })
        #expect(configured.modelID == "eu.anthropic.claude-haiku-4-5-20251001-v1:0")
    }

    @Test func bedrockIsKeptToWithoutCredentialsToo() async throws {
        // An instance's are found when the first question is asked; if there are none, that is an error and not another model.
        #expect(try await descriptor("Model: { Provider: bedrock }").provider == "bedrock")
    }

    @Test func aProfileOfAnotherGeographyIsRefusedAtStart() throws {
        let yaml = "Model: { Bedrock: { ModelId: 'us.anthropic.claude-sonnet-4-20250514-v1:0' } }"
        let problem = try #require(try problem(yaml, Self.keys))
        #expect(
            problem.description.hasPrefix("Model.Bedrock.ModelId: found us.anthropic.claude-sonnet-4-20250514-v1:0"))
        #expect(problem.wanted.contains("eu.anthropic.claude-sonnet-4-6"))
        #expect(problem.wanted.contains("ended on Bedrock on 2026-10-14"))
        #expect(try self.problem(yaml, Self.keys.merging(["AWS_REGION": "us-east-1"]) { $1 }) == nil)
        #expect(try self.problem(yaml, [:]) == nil, "offline, it is not used")
    }

    @Test func whatTheEnvironmentHasWrong() throws {
        #expect(try problem("", Self.keys.merging(["AWS_REGION": "Europe (London)"]) { $1 })?.key == "AWS_REGION")
        #expect(
            try problem("", Self.keys.merging(["AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "bedrock"]) { $1 })?.key
                == "AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
        #expect(
            try problem("Model: { SystemPromptFile: no-such-file }", Self.keys)?.key == "Model.SystemPromptFile")
        #expect(
            try problem(
                "Model: { Provider: openai, OpenAI: { BaseURL: 'http://127.0.0.1:1', ModelId: x, ApiKeyFile: none } }",
                [:])?
                .key == "Model.OpenAI.ApiKeyFile")
    }

    @Test func aServerOfYourOwn() async throws {
        let own = try await descriptor(
            "Model: { Provider: openai, OpenAI: { BaseURL: 'http://127.0.0.1:8080/', ModelId: qwen3 } }", Self.keys)
        #expect(own == ModelDescriptor(provider: "openai", modelID: "qwen3", label: "qwen3", simulated: false))
    }

    @Test func everyKeyIsRead() throws {
        let all = try configuration(
            """
            Model:
              Provider: bedrock
              MaxTokens: 100
              Temperature: 0.25
              TopP: 1
              SystemPromptFile: prompt.txt
              ConnectSeconds: 1
              FirstEventSeconds: 2
              NextEventSeconds: 3
              Attempts: 5
              Price: { InputPerMillion: 3.30, OutputPerMillion: 16.5, CacheReadPerMillion: 0.33, CacheWritePerMillion: 4.125 }
              Bedrock: { Region: eu-west-1, ModelId: eu.anthropic.claude-sonnet-4-6, GuardrailId: gr, GuardrailVersion: 3 }
              OpenAI: { BaseURL: 'https://host/base', ModelId: m, ApiKeyFile: /key }
            """)
        #expect(all.provider == .bedrock)
        #expect(all.maxTokens == 100)
        #expect(all.temperature == 0.25)
        #expect(all.topP == 1)
        #expect(all.systemPromptFile?.hasSuffix("/prompt.txt") == true)
        #expect(all.timeouts.connect == .seconds(1))
        #expect(all.timeouts.firstEvent == .seconds(2))
        #expect(all.timeouts.nextEvent == .seconds(3))
        #expect(all.attempts == 5)
        #expect(
            all.price
                == TokenPrice(input: 3_300_000, output: 16_500_000, cacheRead: 330_000, cacheWrite: 4_125_000))
        #expect(all.bedrock.region == "eu-west-1")
        #expect(all.bedrock.guardrail == .init(identifier: "gr", version: "3", streamProcessingMode: "sync"))
        #expect(all.openAI?.endpoint == ServiceEndpoint("https://host/base"))
        #expect(all.openAI?.keyFile == "/key")
    }

    @Test(
        "what is wrong is named with its key",
        arguments: [
            ("Provider: claude", "Model.Provider"), ("MaxTokens: 0", "Model.MaxTokens"),
            ("Temperature: 1.5", "Model.Temperature"),
            ("Temperature: warm", "Model.Temperature"), ("TopP: -1", "Model.TopP"), ("TopP: .5", "Model.TopP"),
            ("Price: { InputPerMillion: 3 }", "Model.Price.OutputPerMillion"),
            ("Price: { InputPerMillion: 3, OutputPerMillion: 1e3 }", "Model.Price.OutputPerMillion"),
            ("Bedrock: { Region: London }", "Model.Bedrock.Region"),
            ("Bedrock: { ModelId: 'a b' }", "Model.Bedrock.ModelId"),
            ("Bedrock: { GuardrailId: x }", "Model.Bedrock.GuardrailVersion"),
            ("Bedrock: { GuardrailVersion: 1 }", "Model.Bedrock.GuardrailId"),
            ("Bedrock: { GuardrailId: x, GuardrailVersion: latest }", "Model.Bedrock.GuardrailVersion"),
            ("Bedrock: { Modelid: x }", "Model.Bedrock.Modelid"), ("Provider: openai", "Model.OpenAI"),
            ("OpenAI: { BaseURL: here, ModelId: m }", "Model.OpenAI.BaseURL"),
            ("OpenAI: { BaseURL: 'http://x' }", "Model.OpenAI.ModelId"),
            ("FirstEventSeconds: 0", "Model.FirstEventSeconds"), ("Attempts: 11", "Model.Attempts"),
        ])
    func wrong(yaml: String, key: String) {
        let error = #expect(throws: ConfigurationProblems.self) { try configuration("Model:\n  \(yaml)") }
        #expect(error?.problems.map(\.keyPath) == [key])
    }
}
