import Bedrock
import BedrockTesting
import Foundation
import ProcessTesting
import Testing

@Suite(
    "chat with a stand-in for Bedrock, from the browser's request to the signed call", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(5)))
struct BedrockChatTests {
    private static let secret = BedrockResponder.credentials.secretAccessKey

    private static func environment(_ url: String) -> [String: String] {
        [
            "GATEHOUSE_CHAT_PROVIDER": "auto", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
            "AWS_REGION": BedrockResponder.region,
            "AWS_ACCESS_KEY_ID": BedrockResponder.credentials.accessKeyID, "AWS_SECRET_ACCESS_KEY": secret,
            "NO_PROXY": "127.0.0.1",
        ]
    }

    private func ask(_ text: String, _ host: Installation, _ visitor: PoolSignIn) async throws -> Curl.Answer {
        let page = ["--header", "Sec-Fetch-Site: same-origin", "--header", "Content-Type: application/json"]
        let made = try await visitor.browser.run(host.app + "/api/conversations", page + ["--data", "{}"])
        let id = try #require(made.body.firstMatch(of: /"id":"([0-9a-f-]{36})"/)?.1, "\(made)")
        return try await visitor.browser.run(
            host.app + "/api/conversations/\(id)/messages", page + ["--data", #"{"text":"\#(text)"}"#])
    }

    @Test("a question through the gateway is answered by Bedrock; one that fails is an error, not the offline model")
    func throughTheGateway() async throws {
        try await BedrockResponder.running(script: { _, number in
            number == 1 ? .answer(["Par", "is."]) : .error(403, "AccessDeniedException", "not authorized")
        }) { responder in
            let host = try await Installation.start(environment: Self.environment(responder.url))
            do {
                let visitor = PoolSignIn(host)
                #expect(try await visitor.signIn(from: host.app + "/").status == 200)
                let answered = try await ask("The capital of France?", host, visitor)
                #expect(answered.body.contains(#""provider":"bedrock""#), "\(answered)")
                #expect(answered.body.contains("event: done"), "\(answered)")
                #expect(responder.calls.first?.refusal == nil)
                #expect(responder.calls.first?.modelID == "eu.anthropic.claude-sonnet-4-6")
                let failed = try await ask("And of Spain?", host, visitor)
                #expect(failed.body.contains(#""code":"denied""#), "\(failed)")
                #expect(!failed.body.contains("simulated-1"), "\(failed)")
                let direct = ["--unix-socket", host.state + "/run/chat.sock"]
                let ready = try await Curl().run("http://localhost/health/ready", direct)
                #expect(ready.body.contains(#""provider":"bedrock""#), "\(ready)")

                for (name, pid) in host.ready.pids {
                    let variables = try Data(contentsOf: URL(filePath: "/proc/\(pid)/environ"))
                    let has = String(decoding: variables, as: UTF8.self).contains(Self.secret)
                    #expect(has == (name == "chat"), "\(name) \(has ? "has" : "lacks") the secret")
                }
                #expect(!host.logs.contains(Self.secret), "a log holds the secret")
                #expect(!host.logs.contains("capital of France"), "a log holds a question")
            } catch {
                Issue.record("\(error)\n\(host.logs)")
            }
            #expect(try await host.stop() == 0)
        }
    }

    @Test("chat --check refuses a profile that the region cannot use, and names those that it can")
    func check() async throws {
        let folder = try TemporaryFolder()
        let environment = [
            "GATEHOUSE_SIGNER": "s", "GATEHOUSE_USER_POOL_ID": "p", "GATEHOUSE_CLIENT_ID": "c",
            "GATEHOUSE_CHAT_PROVIDER": "auto",
            "AWS_BEARER_TOKEN_BEDROCK": "key-that-is-secret", "AWS_REGION": "eu-west-2",
            "GATEHOUSE_BEDROCK_MODEL_ID": "us.anthropic.claude-sonnet-4-20250514-v1:0",
        ]
        func checked(_ changes: [String: String] = [:]) async throws -> Tool.Result {
            try await Tool.run(
                Programs.path("chat"),
                ["--config", Programs.checkout + "/config/chat.yaml", "--state", folder.path, "--check"],
                environment: environment.merging(changes) { $1 })
        }
        let refused = try await checked()
        #expect(refused.exitCode == 2)
        #expect(
            refused.output.contains("Model.Bedrock.ModelId: found us.anthropic.claude-sonnet-4-20250514-v1:0"),
            "\(refused)")
        #expect(refused.output.contains("eu.anthropic.claude-sonnet-4-6"), "\(refused)")
        #expect(refused.output.contains("ended on Bedrock on 2026-10-14"), "\(refused)")
        #expect(!refused.output.contains("key-that-is-secret"))
        #expect(try await checked(["AWS_REGION": "us-east-1"]).exitCode == 0)
        #expect(try await checked(["GATEHOUSE_BEDROCK_MODEL_ID": ""]).exitCode == 0)
    }
}
