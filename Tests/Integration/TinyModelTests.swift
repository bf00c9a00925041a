import Foundation
import ProcessTesting
import Testing

private let tinyModel = ProcessInfo.processInfo.environment["GATEHOUSE_TINY_MODEL"]

@Suite(
    "chat with a model that really generates, on this machine and without a network", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .enabled(
        if: tinyModel != nil,
        "set GATEHOUSE_TINY_MODEL to a folder with two packages of PyPI; Tests/Integration/Tools/tiny_model.py says which"
    ),
    .timeLimit(.minutes(3)))
struct TinyModelTests {
    @Test("a question through the gateway gets an answer nobody has scripted, streamed and stored as such")
    func generated() async throws {
        let folder = try TemporaryFolder()
        let port = try freePort()
        let model = try RunningProgram(
            executable: "/usr/bin/env",
            [
                "python3", Programs.checkout + "/Tests/Integration/Tools/tiny_model.py", "\(port)",
                try #require(tinyModel),
            ], logFile: folder.file("model.log"))
        _ = try await eventually("the model", within: .seconds(60)) {
            guard model.isRunning else { throw Failure("it ended:\n\(model.log)") }
            return isListening(port) ? true : nil
        }
        let host = try await Installation.start(
            changing: [
                ("chat.yaml", "  # OpenAI:", "  OpenAI:"),
                ("chat.yaml", "  #   BaseURL: http://127.0.0.1:8080", "    BaseURL: http://127.0.0.1:\(port)"),
                ("chat.yaml", "  #   ModelId: qwen3", "    ModelId: smollm2"),
            ], environment: ["GATEHOUSE_CHAT_PROVIDER": "openai", "NO_PROXY": "127.0.0.1"])
        do {
            let visitor = PoolSignIn(host)
            #expect(try await visitor.signIn(from: host.app + "/").status == 200)
            let page = ["--header", "Sec-Fetch-Site: same-origin", "--header", "Content-Type: application/json"]
            let made = try await visitor.browser.run(host.app + "/api/conversations", page + ["--data", "{}"])
            let id = try #require(made.body.firstMatch(of: /"id":"([0-9a-f-]{36})"/)?.1, "\(made)")
            let answer = try await visitor.browser.run(
                host.app + "/api/conversations/\(id)/messages",
                page + ["--data", #"{"text":"What is the capital of France?"}"#])
            #expect(answer.body.contains(#""provider":"openai""#) && answer.body.contains(#""simulated":false"#))
            #expect(answer.body.contains("event: done"), "\(answer)")
            let pieces = answer.body.matches(of: /"text":"([^"]*)"/).map { String($0.output.1) }
            // Its words are its own: that there are some, in several pieces, is what can be expected of it.
            let words = pieces.joined()
            #expect(pieces.count > 1 && words.contains(where: \.isLetter), "\(answer)")
            let stored = try await visitor.browser.run(host.app + "/api/conversations/\(id)", [])
            #expect(stored.body.contains(#""content":"\#(words)""#), "\(stored)")
            #expect(stored.body.contains(#""status":"complete""#), "\(stored)")
        } catch {
            Issue.record("\(error)\n\(model.log)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
        _ = try await model.stop()
    }
}
