/// What a model is given: the turns of a conversation, beginning and ending with the person's.
public struct ChatPrompt: Hashable, Sendable {
    /// One turn.
    public struct Turn: Hashable, Sendable {
        /// Who speaks.
        public let role: Message.Role
        /// What is said.
        public let text: String
        /// The files that are given with it; none in the model's turns.
        public let attachments: [ChatAttachment]

        /// A turn of a conversation.
        public init(role: Message.Role, text: String, attachments: [ChatAttachment] = []) {
            self.role = role
            self.text = text
            self.attachments = attachments
        }
    }

    /// What the model is told before the first turn, in the person's words; never empty.
    public let system: String?
    /// The turns in order. Roles alternate, none is empty, the first and the last are the person's.
    public let turns: [Turn]
    /// The answer that is to be continued: what the model has said of it. It is the last turn but one, and the last asks
    /// for more of it. `nil` where an answer is begun.
    public let continued: String?

    /// Makes a prompt from stored messages.
    ///
    /// Left out are answers that never got a word, answers that were tried again (the later one counts), and scripted
    /// answers when a real model is asked: it must not take a script's words for its own. Turns of the same speaker
    /// are joined.
    ///
    /// - Parameters:
    ///   - history: the messages in order, the question last.
    ///   - includingSimulated: whether scripted answers are kept.
    ///   - attachments: the files of the messages. Where joined turns have more than a turn may have, the last count.
    ///   - system: what the model is told before; empty is the same as `nil`.
    ///   - continued: the answer to the question as far as it came, when more of it is wanted. A model is asked for that
    ///     in a turn of its own: newer ones take no answer's beginning at the end.
    /// - Returns: `nil` when no person's turn is in it.
    public init?(
        history: [Message], includingSimulated: Bool, attachments: [MessageID: [ChatAttachment]] = [:],
        system: String? = nil, continuing continued: String? = nil
    ) {
        var turns: [(role: Message.Role, texts: [String], files: [ChatAttachment])] = []
        for (index, message) in history.enumerated() {
            if message.role == .assistant {
                let triedAgain = index + 1 == history.count || history[index + 1].role == .assistant
                // A model takes no turn of white space alone, and would refuse every question after it.
                guard !triedAgain, message.content.contains(where: { !$0.isWhitespace }),
                    includingSimulated || !message.simulated
                else { continue }
            }
            if turns.last?.role == message.role {
                turns[turns.count - 1].texts.append(message.content)
                turns[turns.count - 1].files += attachments[message.id] ?? []
            } else if message.role == .user || !turns.isEmpty {
                turns.append((message.role, [message.content], attachments[message.id] ?? []))
            }
        }
        guard turns.last?.role == .user else { return nil }
        if let continued, continued.contains(where: { !$0.isWhitespace }) {
            turns.append((.assistant, [continued], []))
            turns.append((.user, [Self.continuation], []))
            self.continued = continued
        } else {
            self.continued = nil
        }
        self.system = system.flatMap { $0.isEmpty ? nil : $0 }
        // Joined once each: text upon text would copy all that came before again and again.
        self.turns = turns.map { turn in
            let images = turn.files.filter(\.isImage).suffix(ChatAttachment.imagesPerMessage)
            let documents = turn.files.filter { !$0.isImage }.suffix(ChatAttachment.documentsPerMessage)
            return Turn(
                role: turn.role, text: turn.texts.joined(separator: "\n\n"),
                attachments: turn.role == .user ? Array(images + documents) : [])
        }
    }

    /// The person's last message.
    public var lastMessage: String { turns.last { $0.role == .user && $0.text != Self.continuation }?.text ?? "" }

    /// What a model is asked for the rest of an answer with.
    static let continuation = """
        Your last message was cut off. Continue it exactly where it stops, in the same language and format. \
        Repeat nothing of it, and do not mention that it was cut off.
        """
}
