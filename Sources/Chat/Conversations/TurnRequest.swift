/// What a user asks for in a conversation.
public enum TurnRequest: Hashable, Sendable {
    /// A new question after the last message shown, with files that were stored before.
    case ask(MessageText, attachments: [AttachmentID])
    /// Another wording of a question of this conversation, with the same files: a branch beside it.
    case edit(MessageID, MessageText)
    /// Another answer to a question: a branch beside the answers there are. The identifier names the question or one of
    /// its answers; `nil` means the last question shown, and is allowed when its answer is not complete.
    case again(MessageID?)
    /// More of the last answer shown, which ended early, in the same message.
    case proceed
}

extension TurnRequest {
    /// A new question after the last message shown.
    public static func question(_ text: MessageText) -> TurnRequest { .ask(text, attachments: []) }
}
