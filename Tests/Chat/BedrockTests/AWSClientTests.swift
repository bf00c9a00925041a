import AWSSignature
import BedrockTesting
import Conversations
import Foundation
import Identity
import Subprocess
import Testing

@testable import Bedrock

/// boto3, AWS's own client, in front of the same responder: it makes the same request for the same input, and decodes the responder's
/// messages, checksums included. `config/setup.sh --tests` installs it.
@Suite(.timeLimit(.minutes(2))) struct AWSClientTests {
    private static let program = """
        import json, os, sys
        import boto3
        from botocore.config import Config
        from botocore.exceptions import ClientError, EventStreamError
        client = boto3.client("bedrock-runtime", region_name="eu-west-2", config=Config(retries={"total_max_attempts": 1}))
        request = dict(modelId=sys.argv[1], messages=[{"role": "user", "content": [{"text": sys.argv[2]}]}],
                       system=[{"text": "Be brief."}], inferenceConfig={"maxTokens": 16, "temperature": 0.5})
        events = []
        try:
            for event in client.converse_stream(**request)["stream"]:
                events.append(event)
        except (ClientError, EventStreamError) as error:
            events.append({"error": error.response["Error"]["Code"]})
        print(json.dumps(events))
        """

    private func boto(_ url: String, model: String, text: String, token: String? = nil) async throws -> [JSONValue] {
        var environment: [Environment.Key: String?] = [
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url, "AWS_ACCESS_KEY_ID": BedrockResponder.credentials.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": BedrockResponder.credentials.secretAccessKey, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": nil,
            "AWS_BEARER_TOKEN_BEDROCK": nil, "HTTP_PROXY": nil, "http_proxy": nil,
        ]
        environment["AWS_SESSION_TOKEN"] = .some(token)
        let result = try await Subprocess.run(
            .name("python3"), arguments: ["-c", Self.program, model, text],
            environment: .inherit.updating(environment), output: .string(limit: 1 << 20), error: .string(limit: 1 << 16)
        )
        let printed = result.standardOutput
        return try #require(
            JSONValue(json: Array(printed.utf8))?.array,
            "boto3 did not run; config/setup.sh --tests installs it: \(result.standardError)")
    }

    @Test(
        "the same input is the same request: path, signed fields, body",
        arguments: [
            (ClientFixture.model, "Hello", String?.none),
            ("eu.anthropic.claude-sonnet-4-6", "Grüße ✓ \"quoted\" /", nil),
            ("arn:aws:bedrock:eu-west-2:123456789012:application-inference-profile/abc123", "Hello", "TOKEN/+=="),
        ])
    func sameRequest(model: String, text: String, token: String?) async throws {
        let credentials = SigningCredentials(
            accessKeyID: BedrockResponder.credentials.accessKeyID,
            secretAccessKey: BedrockResponder.credentials.secretAccessKey, sessionToken: token)
        try await BedrockResponder.running(knowing: [credentials], script: { _, _ in .answer(["Hi"]) }) { responder in
            let events = try await boto(responder.url, model: model, text: text, token: token)
            #expect(events.count == 5)
            let http = HTTPConnections.client(connect: .seconds(5))
            let fixture = try ClientFixture(
                responder.url, http: http, authorization: ClientFixture.signed(credentials), model: model
            ) {
                $0.maxTokens = 16
                $0.temperature = 0.5
                $0.systemPrompt = "Be brief."
            }
            let outcome = await fixture.ask(text)
            try await http.shutdown()
            #expect(outcome.text == "Hi")
            try #require(responder.calls.count == 2)
            let (theirs, ours) = (responder.calls[0], responder.calls[1])
            #expect(theirs.refusal == nil)
            #expect(ours.refusal == nil)
            #expect(ours.method == theirs.method)
            #expect(ours.path == theirs.path)
            #expect(ours.value("host") == theirs.value("host"))
            #expect(ours.value("content-type") == theirs.value("content-type"))
            #expect(ours.value("x-amz-security-token") == theirs.value("x-amz-security-token"))
            let fields = [theirs, ours].map { call in
                (call.value("authorization") ?? "").split(separator: ", ").dropLast().map { part in
                    // The day may change between the two.
                    part.replacing(/\/\d{8}\//, with: "/DAY/")
                }
            }
            #expect(fields[0].count == 2)
            #expect(fields[0] == fields[1], "credential, scope and signed fields")
            #expect(JSONValue(json: ours.body) == JSONValue(json: theirs.body))
        }
    }

    @Test func botoDecodesTheRespondersMessages() async throws {
        let events = try await BedrockResponder.running(script: { _, _ in .answer(["One ", "two"]) }) { responder in
            try await boto(responder.url, model: ClientFixture.model, text: "Hello")
        }
        let deltas = events.compactMap { event in
            event.object?["contentBlockDelta"]?.object?["delta"]?.object?["text"]?.string
        }
        #expect(deltas == ["One ", "two"])
        #expect(events.contains { $0.object?["messageStop"]?.object?["stopReason"] == .string("end_turn") })
        #expect(events.last?.object?["metadata"]?.object?["usage"]?.object?["totalTokens"] == .integer(46))
    }

    @Test(
        "boto3 sees the responder's faults as those of Bedrock",
        arguments: [
            (ScriptedReply.error(429, "ThrottlingException", "slow down"), "ThrottlingException"),
            (
                .stream(ScriptedReply.start + [.delta("a"), .exception("throttlingException", "slow")]),
                "throttlingException"
            ),
        ])
    func faults(reply: ScriptedReply, code: String) async throws {
        let events = try await BedrockResponder.running(script: { _, _ in reply }) { responder in
            try await boto(responder.url, model: ClientFixture.model, text: "Hello")
        }
        #expect(events.last == .object(["error": .string(code)]))
    }
}
