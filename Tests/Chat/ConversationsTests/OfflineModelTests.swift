import Foundation
import Synchronization
import Testing

@testable import Conversations

@Suite struct OfflineModelTests {
    private final class Record: Sendable {
        let events = Mutex<[ChatEvent]>([])
    }

    private func prompt(_ text: String) throws -> ChatPrompt {
        let now = Timestamp(milliseconds: 0)
        let question = Message.question(
            try MessageText(text).value, in: ConversationID(now: now), after: nil, sequence: 1, now: now)
        return try #require(ChatPrompt(history: [question], includingSimulated: true))
    }

    private func answer(_ text: String) async throws -> (text: String, events: [ChatEvent], error: ChatModelError?) {
        let record = Record()
        var failure: ChatModelError?
        do {
            try await OfflineModel(pace: .instant).answer(try prompt(text)) { event in
                record.events.withLock { $0.append(event) }
            }
        } catch let error as ChatModelError {
            failure = error
        }
        let events = record.events.withLock { $0 }
        let said = events.map { if case .delta(let text) = $0 { text } else { "" } }.joined()
        return (said, events, failure)
    }

    @Test(arguments: ["Hello", "/help", "/demo table", "/demo cut", "/demo error", "/demo nothing", "/what"])
    func everyAnswerBeginsBySayingWhatItIs(text: String) async throws {
        #expect(try await answer(text).text.hasPrefix("**Offline demo: no AI model is connected.**"))
        #expect(OfflineModel().descriptor.simulated)
    }

    @Test func theSameQuestionGetsTheSameAnswer() async throws {
        #expect(try await answer("Hello there").events == answer("Hello there").events)
    }

    @Test func usageAndTheEndComeLast() async throws {
        let events = try await answer("one two three").events
        let deltas = events.count - 2
        #expect(
            events.suffix(2) == [
                .usage(TokenUsage(inputTokens: 3, outputTokens: deltas, estimated: true)), .done(.endTurn),
            ])
        #expect(events.dropLast(2).allSatisfy { if case .delta(let text) = $0 { !text.isEmpty } else { false } })
    }

    @Test func demonstrationsEndAsTheySay() async throws {
        #expect(try await answer("/demo cut").events.last == .done(.maxTokens))
        let failed = try await answer("/demo error")
        #expect(failed.error?.code == .throttled && failed.error?.retryable == true && !failed.text.isEmpty)
        #expect(try await answer("/demo table").text.contains("|:-----|:-----:|-----:|"))
        #expect(try await answer("/demo code").text.contains("```swift"))
        #expect(try await answer("/demo long").text.count > 3_000)
        #expect(try await answer("/demo unicode").text.contains("👩🏽‍🚀"))
        #expect(try await answer("/demo xss").text.contains("<script>"))
        for name in OfflineScript.demos.keys { #expect(OfflineScript.help.contains("/demo \(name)`")) }
    }

    @Test(arguments: [("/demo clock", 200), ("/demo clock 2", 40), ("/demo clock 0", 20), ("/demo clock soon", 200)])
    func theClockNumbersItsMoments(text: String, count: Int) async throws {
        let before = Int(Date().timeIntervalSince1970 * 1_000_000)
        let answer = try await answer(text)
        let moments = answer.text.matches(of: #/(\d+):(\d{16}) /#)
        #expect(moments.map { Int($0.output.1) } == Array(0..<count))
        let times = moments.compactMap { Int($0.output.2) }
        #expect(times == times.sorted() && times.allSatisfy { $0 >= before - 1 })
        #expect(answer.events.last == .done(.endTurn))
        #expect(OfflineScript.help.contains("/demo clock 10`"))
    }

    @Test(.timeLimit(.minutes(1))) func theClockTakesItsTime() async throws {
        let start = ContinuousClock.now
        try await OfflineModel().answer(try prompt("/demo clock 1")) { _ in }
        // The last of twenty moments is 950 ms after the first.
        #expect(ContinuousClock.now - start >= .milliseconds(950))
    }

    @Test func anAnswerDescribesWhatArrived() async throws {
        let text = try await answer("Is `this`\na `` question?").text
        #expect(text.contains("| Lines | 2 |") && text.contains("| Words | 5 |") && text.contains("a question"))
        // The quotation cannot break out of its code span.
        #expect(text.contains("``` Is `this` a `` question? ```"))
    }

    @Test(.timeLimit(.minutes(1))) func cancellingEndsTheAnswer() async throws {
        let prompt = try prompt("/demo slow")
        let work = Task { try await OfflineModel().answer(prompt) { _ in } }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
    }

    @Test func whatTheTakerThrowsEndsTheAnswer() async throws {
        struct Enough: Error {}
        await #expect(throws: Enough.self) {
            try await OfflineModel(pace: .instant).answer(try prompt("Hello")) { _ in throw Enough() }
        }
    }

    @Test(arguments: ["", "one", "  lead", "a b  c\n\nd ", "いろはにほへとちりぬるを", "x" + String(repeating: "y", count: 99)])
    func tokensJoinedAreTheText(text: String) {
        #expect(Tokens(of: text).joined() == text)
        #expect(Tokens(of: text).allSatisfy { !$0.isEmpty })
    }
}
