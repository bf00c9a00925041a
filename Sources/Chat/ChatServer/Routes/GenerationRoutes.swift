import Conversations
import Hummingbird

/// Asking, following and stopping answers.
struct GenerationRoutes {
    let registry: GenerationRegistry

    func add(to router: Router<ChatRequestContext>) {
        let api = router.group("api")
        api.post("conversations/:id/messages", use: ask)
        api.get("generations/:id/events", use: follow)
        api.post("generations/:id/stop", use: stop)
    }

    /// Takes `{"text": …}` for a new question, with `"edits"` for another wording of one that was asked,
    /// and with `"attachments"`, identifiers of files between commas, for files that go with it; `{"retry": true}`
    /// to ask the last one again after a failure, `{"again": …}` for another answer, `{"continue": true}` for more of one.
    @Sendable private func ask(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        var request = request
        let form = try await RequestForm(
            from: &request, allowing: ["text", "edits", "attachments", "retry", "again", "continue"],
            within: registry.limits.requestSeconds)
        let generation = try await registry.begin(in: id, of: owner, asking: try Self.asked(form))
        return try EventStream(of: generation, requestID: context.id).response(to: request, since: 0)
    }

    private static func asked(_ form: RequestForm) throws -> TurnRequest {
        let text = try form.string("text")
        let again = try form.messageID("again")
        let edits = try form.messageID("edits")
        let wanted = [text != nil, try form.bool("retry"), again != nil, try form.bool("continue")]
        guard wanted.count(where: { $0 }) == 1, text != nil || edits == nil && !form.has("attachments") else {
            throw Problem.malformedBody(
                "Exactly one of a text, a retry, another answer and more of an answer is wanted.",
                fields: [.init(field: "text", code: "missing")])
        }
        if let text {
            let message = try message(text)
            let attachments = try attachments(form)
            return edits.map { .edit($0, message) } ?? .ask(message, attachments: attachments)
        }
        if let again { return .again(again) }
        return wanted[1] ? .again(nil) : .proceed
    }

    private static func attachments(_ form: RequestForm) throws -> [AttachmentID] {
        let texts = try form.string("attachments")?.split(separator: ",") ?? []
        guard texts.count <= ChatAttachment.imagesPerMessage else { throw Problem.tooManyFiles }
        return try texts.map { text in
            guard let id = AttachmentID(String(text)) else { throw Problem.notFound }
            return id
        }
    }

    /// Follows an answer from the position `after`, after a reload or a lost connection.
    @Sendable private func follow(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let generation = try await generation(context)
        let position = request.uri.queryParameters.get("after", as: Int.self) ?? 0
        guard position >= 0 else { throw Problem.notFound }
        return try EventStream(of: generation, requestID: context.id).response(to: request, since: position)
    }

    @Sendable private func stop(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let generation = try await generation(context)
        await generation.stop(.user)
        return Response(status: .accepted)
    }

    private func generation(_ context: ChatRequestContext) async throws -> Generation {
        let owner = try context.requireVisitor().user.id
        guard let text = context.parameters.get("id"), let id = GenerationID(text),
            let generation = await registry.generation(id, of: owner)
        else { throw Problem.notFound }
        return generation
    }

    private static func message(_ text: String) throws -> MessageText {
        do {
            return try MessageText(text)
        } catch {
            throw Problem.refused(error, field: "text")
        }
    }
}
