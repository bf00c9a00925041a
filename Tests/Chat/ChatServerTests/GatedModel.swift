import Conversations

/// A model that says a word and then waits until it is cancelled.
struct GatedModel: ChatModel {
    let descriptor = ModelDescriptor(provider: "test", modelID: "gated", label: "Gated", simulated: true)

    func answer(_ prompt: ChatPrompt, emit: @Sendable (ChatEvent) async throws -> Void) async throws {
        try await emit(.delta("waiting"))
        try await Task.sleep(for: .seconds(3_600))
    }
}
