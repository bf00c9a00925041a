extension ChatPrompt {
    /// A prompt of one question, which must not be empty.
    public init(question: String) {
        system = nil
        continued = nil
        turns = [Turn(role: .user, text: question)]
    }
}
