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
        var turns: [(role: Message.Role, texts: [String])] = []
        for (index, message) in history.enumerated() {
            if message.role == .assistant {
                let triedAgain = index + 1 == history.count || history[index + 1].role == .assistant
                guard !triedAgain, !message.content.isEmpty, includingSimulated || !message.simulated else { continue }
            }
            if turns.last?.role == message.role {
                turns[turns.count - 1].texts.append(message.content)
            } else if message.role == .user || !turns.isEmpty {
                turns.append((message.role, [message.content]))
            }
        }
        guard turns.last?.role == .user else { return nil }
        // Joined once each: text upon text would copy all that came before again and again.
        self.turns = turns.map { Turn(role: $0.role, text: $0.texts.joined(separator: "\n\n")) }
    }

    /// The person's last message.
    public var lastMessage: String { turns.last?.text ?? "" }
}
