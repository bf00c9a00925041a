import Conversations
import Hummingbird
import Operations

/// `/api/me` and `/api/conversations`: who is there, and what they have written.
struct ConversationRoutes {
    let store: any ConversationStore
    let registry: GenerationRegistry
    let model: ModelDescriptor
    private let pages: Permits<UserID>

    init(store: any ConversationStore, registry: GenerationRegistry, model: ModelDescriptor) {
        self.store = store
        self.registry = registry
        self.model = model
        pages = Permits(limit: registry.limits.pagesPerUser)
    }

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
        let form = try await RequestForm(
            from: &request, allowing: ["title"], within: registry.limits.requestSeconds)
        let title = try form.string("title").map(Self.title)
        let conversation = try await store.createConversation(title: title, of: owner, now: .now)
        return EditedResponse(
            status: .created, headers: [.location: "/api/conversations/\(conversation.id)"],
            response: ConversationBody(conversation))
    }

    /// Shows the newest messages, or those before `before`, a page at a time.
    @Sendable private func show(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        let before = try request.uri.queryParameters["before"].map { text in
            guard let sequence = Int(text), sequence > 0 else { throw Problem.notFound }
            return sequence
        }
        guard let permit = pages.take(for: owner) else { throw Problem.tooManyRequests(limit: pages.limit) }
        // Looked up first: an answer that ends in between is then found complete in the store.
        let generation = await registry.generation(in: id, of: owner)
        guard let conversation = try await store.conversation(id, of: owner),
            let page = try await store.messages(
                in: id, of: owner, before: before, limit: registry.limits.messagesPerPage,
                bytes: ChatConfiguration.Limits.bytesPerPage)
        else { throw Problem.notFound }
        let body = ConversationWithMessagesBody(
            conversation: ConversationBody(conversation), messages: page.messages.map(MessageBody.init),
            earlier: page.earlier, generationId: generation?.id.text)
        return try body.response(from: request, context: context).holding(permit)
    }

    @Sendable private func rename(_ request: Request, context: ChatRequestContext) async throws -> ConversationBody {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        var request = request
        let form = try await RequestForm(
            from: &request, allowing: ["title"], within: registry.limits.requestSeconds)
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
        guard try await registry.delete(id, of: owner) else { throw Problem.notFound }
        return Response(status: .noContent)
    }

    private static func title(_ text: String) throws -> ConversationTitle {
        do {
            return try ConversationTitle(text)
        } catch {
            throw Problem.refused(error, field: "title")
        }
    }

    /// As many as a user may have at the highest setting, so that all can be seen, and deleted.
    private static let listLimit = ChatConfiguration.Limits.mostConversations
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
