/// What a model is given: the turns of a conversation, beginning and ending with the person's.
public struct ChatPrompt: Hashable, Sendable {
    /// One turn.
    public struct Turn: Hashable, Sendable {
        /// Who speaks.
        public let role: Message.Role
        /// What is said.
        public let text: String

        /// A turn of a conversation.
        public init(role: Message.Role, text: String) {
            self.role = role
            self.text = text
        }
    }

    /// The turns in order. Roles alternate, none is empty, the first and the last are the person's.
    public let turns: [Turn]

    /// Makes a prompt from stored messages.
    ///
    /// Left out are answers that never got a word, answers that were tried again (the later one counts), and scripted
    /// answers when a real model is asked: it must not take a script's words for its own. Turns of the same speaker
    /// are joined.
    ///
    /// - Returns: `nil` when no person's turn is in it.
    public init?(history: [Message], includingSimulated: Bool) {
        var turns: [Turn] = []
        for (index, message) in history.enumerated() {
            if message.role == .assistant {
                let triedAgain = index + 1 == history.count || history[index + 1].role == .assistant
                guard !triedAgain, !message.content.isEmpty, includingSimulated || !message.simulated else { continue }
            }
            if let last = turns.last, last.role == message.role {
                turns[turns.count - 1] = Turn(role: last.role, text: last.text + "\n\n" + message.content)
            } else if message.role == .user || !turns.isEmpty {
                turns.append(Turn(role: message.role, text: message.content))
            }
        }
        guard turns.last?.role == .user else { return nil }
        self.turns = turns
    }

    /// The person's last message.
    public var lastMessage: String { turns.last?.text ?? "" }
}
