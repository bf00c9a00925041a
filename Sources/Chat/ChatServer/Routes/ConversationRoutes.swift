import Conversations
import Hummingbird

/// `/api/me` and `/api/conversations`: who is there, and what they have written.
struct ConversationRoutes {
    let store: any ConversationStore
    let registry: GenerationRegistry
    let model: ModelDescriptor

    func add(to router: Router<ChatRequestContext>) {
        let api = router.group("api")
        api.get("me", use: me)
        api.get("conversations", use: list)
        api.post("conversations", use: create)
        api.get("conversations/:id", use: show)
        api.patch("conversations/:id", use: rename)
        api.delete("conversations/:id", use: delete)
    }

    @Sendable private func me(_ request: Request, context: ChatRequestContext) throws -> MeBody {
        MeBody(try context.requireVisitor(), model: model)
    }

    @Sendable private func list(_ request: Request, context: ChatRequestContext) async throws -> ConversationListBody {
        let owner = try context.requireVisitor().user.id
        let conversations = try await store.conversations(of: owner, limit: Self.listLimit)
        return ConversationListBody(conversations: conversations.map(ConversationBody.init))
    }

    @Sendable private func create(
        _ request: Request, context: ChatRequestContext
    ) async throws -> EditedResponse<ConversationBody> {
        let owner = try context.requireVisitor().user.id
        var request = request
        let form = try await RequestForm(from: &request, allowing: ["title"])
        let title = try form.string("title").map(Self.title)
        let conversation = try await store.createConversation(title: title, of: owner, now: .now)
        return EditedResponse(
            status: .created, headers: [.location: "/api/conversations/\(conversation.id)"],
            response: ConversationBody(conversation))
    }

    @Sendable private func show(
        _ request: Request, context: ChatRequestContext
    ) async throws -> ConversationWithMessagesBody {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        // Looked up first: an answer that ends in between is then found complete in the store.
        let generation = await registry.generation(in: id, of: owner)
        guard let conversation = try await store.conversation(id, of: owner),
            let messages = try await store.messages(in: id, of: owner)
        else { throw Problem.notFound }
        return ConversationWithMessagesBody(
            conversation: ConversationBody(conversation), messages: messages.map(MessageBody.init),
            generationId: generation?.id.text)
    }

    @Sendable private func rename(_ request: Request, context: ChatRequestContext) async throws -> ConversationBody {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        var request = request
        let form = try await RequestForm(from: &request, allowing: ["title"])
        guard let text = try form.string("title") else {
            throw Problem.malformedBody("The title is missing.", fields: [.init(field: "title", code: "missing")])
        }
        let title = try Self.title(text)
        guard let conversation = try await store.rename(id, of: owner, to: title, now: .now) else {
            throw Problem.notFound
        }
        return ConversationBody(conversation)
    }

    @Sendable private func delete(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        let generation = await registry.generation(in: id, of: owner)
        guard try await store.deleteConversation(id, of: owner) else { throw Problem.notFound }
        await generation?.stop(.user)
        return Response(status: .noContent)
    }

    private static func title(_ text: String) throws -> ConversationTitle {
        do {
            return try ConversationTitle(text)
        } catch {
            throw Problem.refused(error, field: "title")
        }
    }

    private static let listLimit = 500
}

extension ChatRequestContext {
    /// The conversation the path names.
    ///
    /// - Throws: 404 for anything that cannot be an identifier.
    func conversationID() throws -> ConversationID {
        guard let text = parameters.get("id"), let id = ConversationID(text) else { throw Problem.notFound }
        return id
    }
}
