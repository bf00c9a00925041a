import Bedrock
import BedrockTesting
import Foundation
import ProcessTesting
import Testing

@Suite(
    "Faults of the model in the chat page, in a real browser", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(6)))
struct ModelFaultPageTests {
    /// What goes wrong when this is asked: what comes of it, for the page and for what is stored.
    private struct Fault: Sendable {
        let question: String
        let reply: ScriptedReply
        let sentence: String
        let code: String
        var kept = ""
    }

    private static let begun = ScriptedReply.start + [.delta("What "), .delta("came")]
    private static var damaged: [UInt8] {
        var bytes = EventStreamMessage.delta("lost").encoded
        bytes[bytes.count - 1] ^= 1
        return bytes
    }

    private static let faults = [
        Fault(
            question: "throttle me", reply: .error(429, "ThrottlingException"), sentence: "The model is busy.",
            code: "throttled"),
        Fault(
            question: "deny me", reply: .error(403, "AccessDeniedException", "not authorized"),
            sentence: "This installation may not use the model.", code: "denied"),
        Fault(
            question: "miss the model", reply: .error(404, "ResourceNotFoundException"),
            sentence: "The model does not exist there, or no longer.", code: "not_found"),
        Fault(
            question: "never begin", reply: .stream([], then: [.hang]),
            sentence: "The model did not begin to answer in time.", code: "timeout"),
        Fault(
            question: "stop writing", reply: .stream(begun, then: [.hang]), sentence: "The model stopped writing.",
            code: "timeout", kept: "What came"),
        Fault(
            question: "cut", reply: .stream(begun, then: [.close]), sentence: "The answer broke off.", code: "cut",
            kept: "What came"),
        Fault(
            question: "throw within", reply: .stream(begun + [.exception("throttlingException")]),
            sentence: "The model is busy.", code: "throttled", kept: "What came"),
        Fault(
            question: "damage a frame", reply: .stream(begun, then: [.bytes(damaged)]),
            sentence: "The answer arrived damaged.", code: "cut", kept: "What came"),
    ]

    @Test("each fault has its sentence in the page, its status on the stored message, and what had come")
    func faults() async throws {
        try await asking(nextEventSeconds: 3) { call, _ in
            let asked = String(decoding: call.body, as: UTF8.self)
            return Self.faults.first { asked.contains($0.question) }?.reply ?? .answer(["Well."])
        } _: { window, host, responder in
            for fault in Self.faults {
                try await window.begin()
                try await window.ask(fault.question)
                let shown = try await window.text(of: Self.ending)
                #expect(shown.hasPrefix(fault.sentence), "\(fault.question): \(shown)")
                #expect(shown.hasSuffix("."), "\(shown)")
                #expect(try await window.text(of: Self.answer) == fault.kept, "\(fault.question)")
                #expect(try await window.storedAnswer() == "error|\(fault.code)|\(fault.kept)", "\(fault.question)")
                #expect(try await window.button("Try again") != nil)
                #expect(try await (window.button("Continue") != nil) == !fault.kept.isEmpty)
                // Whoever comes back reads of it, too.
                try await window.go(to: window.url)
                _ = try await window.element(".ending.failed")
                #expect(try await window.text(of: Self.ending).hasSuffix("."))
                #expect(try await window.text(of: Self.answer) == fault.kept, "\(fault.question), again")
            }
            // And then all is well.
            try await window.begin()
            try await window.ask("nothing wrong")
            #expect(try await window.storedAnswer() == "complete||Well.")
            #expect(try await window.find(".ending.failed") == nil)
            try await window.expectCleanConsole()
            #expect(responder.calls.allSatisfy { $0.refusal == nil })
        }
    }

    @Test("Stop, a closed tab and a browser that dies end the call within a second")
    func leaving() async throws {
        try await asking(nextEventSeconds: 60) { call, _ in
            String(decoding: call.body, as: UTF8.self).contains("go on")
                ? .stream(Self.begun, then: [.hang]) : .answer(["Well."])
        } _: { window, host, responder in
            try await left("Stop", window, responder) {
                try await window.click(window.element("#stop:not([hidden])"))
            }
            #expect(try await window.storedAnswer() == "stopped||What came")

            let first = try await window.tab
            try await window.openTab()
            try await window.go(to: host.app + "/")
            try await left("a closed tab", window, responder) { try await window.closeTab() }
            try await window.show(first)

            // What a network that is cut looks like from here: the connections end, and nobody has said so before.
            try await window.go(to: host.app + "/")
            try await left("a browser that dies", window, responder) { kill(window.processID, SIGKILL) }
        }
    }

    /// Asks what is answered for ever, leaves, and expects that the call ends.
    private func left(
        _ how: String, _ window: WebDriver, _ responder: BedrockResponder, leave: () async throws -> Void
    ) async throws {
        let number = responder.calls.count + 1
        try await window.send("go on for ever")
        _ = try await eventually("words") {
            try await window.text(of: Self.answer) == "What came" ? true : nil
        }
        let call = try #require(try await responder.call(number))
        let start = ContinuousClock.now
        try await leave()
        let end = ContinuousClock.now
        let gone = try #require(try await call.left(within: .seconds(10)), "\(how) ends no call")
        // From the command's end on: how long the browser takes to obey is not the chat's doing.
        #expect(gone - end < .seconds(1), "\(how): \(gone - start) after the command, which took \(end - start)")
    }

    /// A whole Gatehouse whose model is a stand-in for Bedrock, and a browser that is signed in.
    private func asking(
        nextEventSeconds: Int, script: @escaping BedrockResponder.Script,
        _ body: @Sendable (WebDriver, Installation, BedrockResponder) async throws -> Void
    ) async throws {
        try await BedrockResponder.running(script: script) { responder in
            let host = try await Installation.start(
                changing: [
                    ("chat.yaml", "QuestionsPerMinute: 20", "QuestionsPerMinute: 600"),
                    ("chat.yaml", "FirstEventSeconds: 60", "FirstEventSeconds: 2"),
                    ("chat.yaml", "NextEventSeconds: 60", "NextEventSeconds: \(nextEventSeconds)"),
                    ("chat.yaml", "Attempts: 3", "Attempts: 1"),
                    ("chat.yaml", "DisconnectGraceSeconds: 5", "DisconnectGraceSeconds: 0"),
                ],
                environment: [
                    "GATEHOUSE_CHAT_PROVIDER": "auto", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": responder.url,
                    "AWS_REGION": BedrockResponder.region,
                    "AWS_ACCESS_KEY_ID": BedrockResponder.credentials.accessKeyID,
                    "AWS_SECRET_ACCESS_KEY": BedrockResponder.credentials.secretAccessKey, "NO_PROXY": "127.0.0.1",
                ])
            do {
                let browser = try await Chromium.start(trusting: host.ready.caFile)
                do {
                    try await browser.window.signIn(host)
                    try await body(browser.window, host, responder)
                } catch {
                    Issue.record("\(error)\nconsole: \((try? await browser.window.console()) ?? [])")
                    try? await browser.window.keepPicture("failure")
                }
                try await browser.stop()
            } catch {
                Issue.record("\(error)\n\(host.logs)")
            }
            #expect(try await host.stop() == 0)
        }
    }

    private static let ending = "return document.querySelector('.answer:last-child .ending')?.textContent ?? ''"
    private static let answer =
        "return [...document.querySelectorAll('.answer:last-child .markdown')].map((each) => each.textContent).join('')"
}
