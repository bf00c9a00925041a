/// Something that answers a conversation: the built-in script, a model on Bedrock, or another server.
public protocol ChatModel: Sendable {
    /// What this model is, for storing with each answer and for showing.
    var descriptor: ModelDescriptor { get }

    /// Answers the last turn of a prompt.
    ///
    /// Events are handed over one by one; the model produces the next only after `emit` has returned, so a slow taker
    /// slows the source. Text arrives as ``ChatEvent/delta(_:)``, in order; the answer is whole only if
    /// ``ChatEvent/done(_:)`` came. Cancelling the task ends the answer, and with it the work at the source.
    ///
    /// - Parameters:
    ///   - prompt: the conversation up to and including the person's last message.
    ///   - emit: takes each event; what it throws ends the answer and is rethrown.
    /// - Throws: ``ChatModelError`` when the model fails, `CancellationError` when the task was cancelled.
    func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws

    /// Whether the model answers, as far as is known from the answers before.
    var health: ModelHealth { get }

    /// What these tokens cost by the price table, in millionths of a US dollar: an estimate, for answers that never came to their end.
    ///
    /// - Returns: nil when no price is known.
    func costMicroUSD(of usage: TokenUsage) -> Int?
}

extension ChatModel {
    /// A model that says nothing about its health has nothing to fail.
    public var health: ModelHealth { .good }

    /// A model without a price table knows no price.
    public func costMicroUSD(of usage: TokenUsage) -> Int? { nil }
}

/// Whether a model answers.
public enum ModelHealth: String, Hashable, Sendable {
    /// The last answers came, or none has been asked for.
    case good
    /// The last answers failed one after the other.
    case degraded
}

/// What a model is.
public struct ModelDescriptor: Hashable, Sendable {
    /// The provider's short name, as stored: `simulated`, `bedrock`.
    public let provider: String
    /// The model's identifier, as stored and as the provider knows it.
    public let modelID: String
    /// What people are shown.
    public let label: String
    /// Whether answers are scripted and no model takes part.
    public let simulated: Bool

    /// Describes a model.
    public init(provider: String, modelID: String, label: String, simulated: Bool) {
        self.provider = provider
        self.modelID = modelID
        self.label = label
        self.simulated = simulated
    }
}
