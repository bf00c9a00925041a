import ConfigurationReading

extension ChatConfiguration {
    /// How long things are kept.
    public struct Retention: Hashable, Sendable {
        /// How many minutes a deletion can be taken back; then what was deleted is removed for good.
        public var undoMinutes = 10
        /// After how many days without a new message a conversation is removed for good; 0 for never.
        public var conversationDays = 0
        /// How many days it is kept what each answer took; 0 for ever. Sums by user and day stay.
        public var usageDays = 400

        /// The defaults of `chat.yaml`.
        public init() {}

        init(_ node: ConfigurationNode) {
            undoMinutes = node.int("UndoMinutes", in: 0...43_200, default: undoMinutes)
            conversationDays = node.int("ConversationDays", in: 0...36_500, default: conversationDays)
            usageDays = node.int("UsageDays", in: 0...36_500, default: usageDays)
        }
    }

    /// Who may see everybody's usage: users whose identity says one of some values. By default the group `admin`.
    public struct Administrators: Hashable, Sendable {
        /// The claim: a text or an array of texts.
        public var claim = "cognito:groups"
        /// The values one of which makes an administrator; none for no administrators.
        public var values = ["admin"]

        /// The defaults of `chat.yaml`.
        public init() {}

        init(_ node: ConfigurationNode) {
            claim = node.string("Claim", default: claim)
            values = node.strings("Values", default: values)
        }
    }
}
