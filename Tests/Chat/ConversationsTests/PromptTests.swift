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

    @Test func answersOfWhiteSpaceAreNotSentBack() {
        // A provider refuses a turn without a visible character, and with it every further question.
        let history = [message(.user, "a"), message(.assistant, " \n\t\u{A0}", status: .stopped), message(.user, "b")]
        #expect(texts(history) == ["a\n\nb"])
        let prompt = ChatPrompt(history: [message(.user, "a")], includingSimulated: true, continuing: " \n")
        #expect(prompt?.continued == nil && prompt?.turns.count == 1)
        #expect(!message(.assistant, " \n", status: .stopped).isContinuable)
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

    @Test func filesAndInstructionsAreGivenToTheModel() {
        let question = message(.user, "a")
        let file = ChatAttachment.document(format: .txt, bytes: [0x61])
        let files = [question.id: [ChatAttachment](repeating: file, count: 7)]
        let prompt = ChatPrompt(
            history: [question], includingSimulated: true, attachments: files, system: "Be brief.", continuing: "half")
        #expect(prompt?.system == "Be brief." && prompt?.continued == "half" && prompt?.lastMessage == "a")
        #expect(prompt?.turns.map(\.role) == [.user, .assistant, .user] && prompt?.turns[1].text == "half")
        #expect(prompt?.turns.map(\.attachments.count) == [5, 0, 0], "no more than a turn may have")
        #expect(ChatPrompt(history: [question], includingSimulated: true, system: "")?.system == nil)
    }
}
