import Conversations
import Foundation
import Hummingbird
import NIOCore
import Operations

/// Taking conversations elsewhere, and bringing them in.
struct ExchangeRoutes {
    let store: any ConversationStore
    let limits: ChatConfiguration.Limits
    let pages: Permits<UserID>

    func add(to router: Router<ChatRequestContext>) {
        let api = router.group("api")
        api.get("conversations/:id/export", use: exportOne)
        api.get("export", use: exportAll)
        api.post("import", use: importAll)
    }

    /// One conversation: `?format=json` with all its branches, or `?format=markdown` with the one that is shown.
    @Sendable private func exportOne(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let owner = try context.requireVisitor().user.id
        guard let conversation = try await store.conversation(try context.conversationID(), of: owner) else {
            throw Problem.notFound
        }
        let permit = try take(for: owner)
        let export = ConversationExport(store: store, owner: owner)
        switch request.uri.queryParameters["format"] {
        case "json":
            return Self.download("\(Self.name(for: conversation.title)).json", "application/json; charset=utf-8") {
                writer in
                try await export.writeJSON([conversation], to: &writer)
            }.holding(permit)
        case "markdown":
            return Self.download("\(Self.name(for: conversation.title)).md", "text/markdown; charset=utf-8") { writer in
                try await export.writeMarkdown(conversation, to: &writer)
            }.holding(permit)
        default: throw Problem.notFound
        }
    }

    /// Everything a user has, in one JSON document that can be imported.
    @Sendable private func exportAll(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let owner = try context.requireVisitor().user.id
        let permit = try take(for: owner)
        let conversations = try await store.conversations(of: owner, limit: .max)
        let export = ConversationExport(store: store, owner: owner)
        return Self.download("conversations.json", "application/json; charset=utf-8") { writer in
            try await export.writeJSON(conversations, to: &writer)
        }.holding(permit)
    }

    @Sendable private func importAll(
        _ request: Request, context: ChatRequestContext
    ) async throws -> EditedResponse<ImportedBody> {
        let owner = try context.requireVisitor().user.id
        guard RequestForm.isJSON(request.headers[.contentType]) else { throw Problem.notJSON }
        let permit = try take(for: owner)
        defer { withExtendedLifetime(permit) {} }
        let limit = limits.importBytes
        let body: ByteBuffer
        do {
            body = try await withDeadline(.seconds(limits.requestSeconds)) {
                var request = request
                return try await request.collectBody(upTo: limit)
            }
        } catch is DeadlineExceeded {
            throw Problem.bodyTooSlow
        } catch is NIOTooManyBytesError {
            throw Problem.importTooLarge(limit: limit)
        }
        // All are checked before the first is stored.
        let conversations = try ConversationDocument.conversations(in: Array(body.readableBytesView), now: .now)
        var imported: [ConversationBody] = []
        for conversation in conversations {
            imported.append(
                ConversationBody(try await store.importConversation(conversation, of: owner, now: .now)))
        }
        return EditedResponse(status: .created, response: ImportedBody(imported: imported))
    }

    private func take(for owner: UserID) throws(Problem) -> Permits<UserID>.Permit {
        guard let permit = pages.take(for: owner) else { throw .tooManyRequests(limit: pages.limit) }
        return permit
    }

    private static func download(
        _ name: String, _ type: String,
        _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .contentDisposition: "attachment; filename=\"\(name)\"", .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                try await write(&writer)
                try await writer.finish(nil)
            })
    }

    /// A file's name from a title: letters and digits of ASCII, so that it means the same everywhere.
    static func name(for title: String) -> String {
        let words = title.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let name = words.joined(separator: "-").prefix(50)
        return name.isEmpty ? "conversation" : "chat-\(name)"
    }
}
