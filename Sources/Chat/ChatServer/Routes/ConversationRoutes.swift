import Conversations
import Hummingbird
import Operations

/// `/api/conversations`: what users have written.
struct ConversationRoutes {
    let store: any ConversationStore
    let registry: GenerationRegistry
    /// A permit for each response that may take a page of memory.
    let pages: Permits<UserID>
    /// A search may read all a user has: two at a time leave the store's readers to others.
    private let searches = Permits<UserID>(limit: 2)

    init(store: any ConversationStore, registry: GenerationRegistry, pages: Permits<UserID>) {
        self.store = store
        self.registry = registry
        self.pages = pages
    }

    func add(to router: Router<ChatRequestContext>) {
        let api = router.group("api")
        api.get("conversations", use: list)
        api.post("conversations", use: create)
        api.delete("conversations", use: deleteAll)
        api.get("conversations/:id", use: show)
        api.patch("conversations/:id", use: change)
        api.delete("conversations/:id", use: delete)
        api.post("conversations/:id/restore", use: restore)
        api.get("search", use: search)
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
            from: &request, allowing: ["title", "instructions"], within: registry.limits.requestSeconds)
        let title = try form.title()
        let instructions = try form.instructions()
        var conversation = try await store.createConversation(title: title, of: owner, now: .now)
        if let instructions {
            conversation =
                try await store.change(conversation.id, of: owner, by: .init(instructions: instructions))
                ?? conversation
        }
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
            conversation: ConversationBody(conversation),
            messages: page.messages.map {
                MessageBody($0, siblings: page.siblings[$0.id], attachments: page.attachments[$0.id])
            },
            earlier: page.earlier, generationId: generation?.id.text)
        return try body.response(from: request, context: context).holding(permit)
    }

    /// Takes any of `title`, `pinned`, `instructions` and `shownMessage`.
    @Sendable private func change(_ request: Request, context: ChatRequestContext) async throws -> ConversationBody {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        var request = request
        let form = try await RequestForm(
            from: &request, allowing: ["title", "pinned", "instructions", "shownMessage"],
            within: registry.limits.requestSeconds)
        guard !form.isEmpty else {
            throw Problem.malformedBody("Nothing is to be changed.", fields: [.init(field: "title", code: "missing")])
        }
        let change = ConversationChange(
            title: try form.title(), isPinned: form.has("pinned") ? try form.bool("pinned") : nil,
            instructions: try form.instructions(), shownMessage: try form.messageID("shownMessage"))
        // The branch that is shown is the one an answer is written to.
        if change.shownMessage != nil, await registry.generation(in: id, of: owner) != nil {
            throw Problem.answerInProgress
        }
        guard let conversation = try await store.change(id, of: owner, by: change) else { throw Problem.notFound }
        return ConversationBody(conversation)
    }

    @Sendable private func delete(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        guard try await registry.delete(id, of: owner) else { throw Problem.notFound }
        return Response(status: .noContent)
    }

    @Sendable private func deleteAll(_ request: Request, context: ChatRequestContext) async throws -> DeletedBody {
        let owner = try context.requireVisitor().user.id
        return DeletedBody(deleted: try await registry.deleteAll(of: owner).map(\.text))
    }

    @Sendable private func restore(_ request: Request, context: ChatRequestContext) async throws -> ConversationBody {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        guard let conversation = try await store.restoreConversation(id, of: owner) else { throw Problem.notFound }
        return ConversationBody(conversation)
    }

    @Sendable private func search(_ request: Request, context: ChatRequestContext) async throws -> SearchBody {
        let owner = try context.requireVisitor().user.id
        guard let permit = searches.take(for: owner) else { throw Problem.tooManyRequests(limit: searches.limit) }
        defer { withExtendedLifetime(permit) {} }
        let query: SearchQuery
        do {
            query = try SearchQuery(request.uri.queryParameters["q"].map(String.init) ?? "")
        } catch {
            throw Problem.refused(error, field: "q")
        }
        return SearchBody(try await store.search(query, of: owner, limit: Self.searchLimit))
    }

    /// As many as a user may have at the highest setting, so that all can be seen, and deleted.
    private static let listLimit = ChatConfiguration.Limits.mostConversations
    private static let searchLimit = 30
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

extension RequestForm {
    func title() throws -> ConversationTitle? {
        do {
            return try string("title").map { text throws(TextProblem) in try ConversationTitle(text) }
        } catch let problem as TextProblem {
            throw Problem.refused(problem, field: "title")
        }
    }

    func instructions() throws -> Instructions? {
        do {
            return try string("instructions").map { text throws(TextProblem) in try Instructions(text) }
        } catch let problem as TextProblem {
            throw Problem.refused(problem, field: "instructions")
        }
    }

    /// A member that must be a message's identifier if it is there.
    func messageID(_ name: String) throws -> MessageID? {
        guard let text = try string(name) else { return nil }
        guard let id = MessageID(text) else { throw Problem.notFound }
        return id
    }
}
