import Conversations
import Hummingbird
import NIOCore
import Operations

/// The files that go with messages.
struct AttachmentRoutes {
    let store: any ConversationStore
    let limits: ChatConfiguration.Limits
    /// A permit for each request that takes a file's memory.
    let pages: Permits<UserID>

    func add(to router: Router<ChatRequestContext>) {
        let api = router.group("api")
        api.post("conversations/:id/attachments", use: attach)
        api.get("attachments/:id", use: show)
        api.delete("attachments/:id", use: detach)
    }

    /// Takes the bytes of one file, whose name stands in the query, for a message still to be sent.
    @Sendable private func attach(
        _ request: Request, context: ChatRequestContext
    ) async throws -> EditedResponse<AttachmentBody> {
        let owner = try context.requireVisitor().user.id
        let id = try context.conversationID()
        // No form of another site can send this type.
        guard request.headers[.contentType] == "application/octet-stream" else { throw Problem.notBytes }
        guard let permit = pages.take(for: owner) else { throw Problem.tooManyRequests(limit: pages.limit) }
        defer { withExtendedLifetime(permit) {} }
        let body: ByteBuffer
        do {
            body = try await withDeadline(.seconds(limits.requestSeconds)) {
                var request = request
                return try await request.collectBody(upTo: ChatAttachment.documentByteLimit)
            }
        } catch is DeadlineExceeded {
            throw Problem.bodyTooSlow
        } catch is NIOTooManyBytesError {
            throw Problem(FileProblem.tooLarge(limit: ChatAttachment.documentByteLimit))
        }
        let name = request.uri.queryParameters["name"].map(String.init) ?? ""
        let file: InspectedFile
        do {
            file = try InspectedFile(name: name, bytes: Array(body.readableBytesView))
        } catch {
            throw Problem(error)
        }
        let attachment = try await store.attach(file, to: id, of: owner, now: .now)
        return EditedResponse(status: .created, response: AttachmentBody(attachment))
    }

    /// The file itself. Pictures are shown in the page, all else is for keeping; nothing in it can run.
    @Sendable private func show(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let owner = try context.requireVisitor().user.id
        guard let permit = pages.take(for: owner) else { throw Problem.tooManyRequests(limit: pages.limit) }
        guard let (attachment, content) = try await store.attachment(try context.attachmentID(), of: owner) else {
            throw Problem.notFound
        }
        let name = ExchangeRoutes.name(for: attachment.name)
        var headers: HTTPFields = [
            .contentType: Self.type(of: content),
            .contentDisposition: "\(content.isImage ? "inline" : "attachment"); filename=\"\(name).\(content.format)\"",
            .cacheControl: "private, no-store",
        ]
        headers[HTTPField.Name("content-security-policy")!] = "default-src 'none'; sandbox"
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: content.bytes))
        ).holding(permit)
    }

    @Sendable private func detach(_ request: Request, context: ChatRequestContext) async throws -> Response {
        let owner = try context.requireVisitor().user.id
        guard try await store.detach(try context.attachmentID(), of: owner) else { throw Problem.notFound }
        return Response(status: .noContent)
    }

    private static func type(of content: ChatAttachment) -> String {
        switch content {
        case .image(let format, _): "image/\(format.rawValue)"
        case .document(.pdf, _): "application/pdf"
        case .document: "text/plain; charset=utf-8"
        }
    }
}

extension ChatRequestContext {
    /// The file the path names.
    ///
    /// - Throws: 404 for anything that cannot be an identifier.
    fileprivate func attachmentID() throws -> AttachmentID {
        guard let text = parameters.get("id"), let id = AttachmentID(text) else { throw Problem.notFound }
        return id
    }
}

/// A file as the API shows it.
struct AttachmentBody: ResponseEncodable {
    let id: String
    let name: String
    let format: String
    let image: Bool
    let bytes: Int

    init(_ attachment: Attachment) {
        id = attachment.id.text
        name = attachment.name
        format = attachment.format
        image = attachment.isImage
        bytes = attachment.byteCount
    }
}
