import Testing

@testable import Conversations

@Suite struct PromptTests {
    private func message(
        _ role: Message.Role, _ content: String, simulated: Bool = false, status: Message.Status = .complete
    ) -> Message {
        let now = Timestamp(milliseconds: 0)
        return Message(
            id: MessageID(now: now), conversationID: ConversationID(now: now), sequence: 0, role: role,
            content: content, status: status, stopReason: nil, errorCode: nil, provider: nil, modelID: nil,
            simulated: simulated, createdAt: now, completedAt: now)
    }

    private func texts(_ history: [Message], includingSimulated: Bool = true) -> [String]? {
        ChatPrompt(history: history, includingSimulated: includingSimulated)?.turns.map(\.text)
    }

    @Test func turnsAlternateAndEndWithThePerson() {
        let history = [message(.user, "a"), message(.assistant, "b"), message(.user, "c")]
        #expect(texts(history) == ["a", "b", "c"])
        #expect(texts([]) == nil)
        #expect(texts([message(.assistant, "b")]) == nil)
    }

    @Test func emptyAnswersAreLeftOutAndNeighboursJoined() {
        let history = [message(.user, "a"), message(.assistant, "", status: .error), message(.user, "b")]
        #expect(texts(history) == ["a\n\nb"])
    }

    @Test func onlyTheLastAttemptCounts() {
        let history = [
            message(.user, "a"), message(.assistant, "x", status: .error), message(.assistant, "y"),
            message(.user, "b"),
        ]
        #expect(texts(history) == ["a", "y", "b"])
        #expect(texts([message(.user, "a"), message(.assistant, "x", status: .stopped)]) == ["a"])
    }

    @Test func scriptedAnswersAreKeptFromRealModels() {
        let history = [message(.user, "a"), message(.assistant, "s", simulated: true), message(.user, "b")]
        #expect(texts(history, includingSimulated: false) == ["a\n\nb"])
    }
}
