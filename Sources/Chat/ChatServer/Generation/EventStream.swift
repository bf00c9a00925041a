import Conversations
import Foundation
import Hummingbird

/// Writes a generation as server-sent events (WHATWG HTML §9.2): `start`, `delta`…, `usage`, then `done` or `error`.
///
/// Each event's `id` is the position behind it, with which a reader can come back. A comment every 15 seconds of silence
/// keeps intermediaries from closing the connection.
struct EventStream {
    private let generation: Generation
    private let requestID: String
    private let encoder: JSONEncoder

    init(of generation: Generation, requestID: String) {
        self.generation = generation
        self.requestID = requestID
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// A response that streams the generation from a position until its end or until the client has gone.
    ///
    /// - Throws: 429 when the answer has as many readers as it may have.
    func response(to request: Request, since position: Int) throws(Problem) -> Response {
        guard let place = generation.places.take(for: generation.id) else {
            throw .tooManyReaders(limit: generation.places.limit)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream",
                .cacheControl: "no-store, no-transform",
                .xAccelBuffering: "no",
                // Watching for the client's leaving consumes the connection's input.
                .connection: "close",
            ],
            body: ResponseBody { writer in
                defer { withExtendedLifetime(place) {} }
                let (reader, signals) = await generation.follow()
                do {
                    let complete = try await request.body.consumeWithInboundCloseHandler { _ in
                        // Each word would wake a thread of the pool, and that one the connection's.
                        try await withTaskExecutorPreference(EventLoopExecutor.next()) {
                            try await write(signals, since: position, to: &writer)
                        }
                    } onInboundClosed: {
                        Task { await generation.unfollow(reader) }
                    }
                    await generation.unfollow(reader)
                    if complete { try await writer.finish(nil) }
                } catch {
                    await generation.unfollow(reader)
                    throw error
                }
            })
    }

    /// - Returns: whether the end was written; false when the client left before it.
    private func write(
        _ signals: AsyncStream<Generation.Signal>, since start: Int, to writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        var position = start
        try await writer.write(frame("start", id: position, data: Start(generation)))
        for await signal in signals {
            let news = await generation.news(since: position)
            position = news.next
            if !news.text.isEmpty {
                try await writer.write(frame("delta", id: position, data: Delta(index: news.first, text: news.text)))
            } else if signal == .heartbeat, news.ending == nil {
                try await writer.write(ByteBuffer(string: ": hb\n\n"))
            }
            guard let ending = news.ending else { continue }
            try await write(ending, id: position, to: &writer)
            return true
        }
        return false
    }

    private func write(_ ending: Generation.Ending, id: Int, to writer: inout any ResponseBodyWriter) async throws {
        switch ending {
        case .done(let status, let reason, let figures):
            let usage = FiguresBody(figures)
            try await writer.write(frame("usage", id: id, data: usage))
            let done = Done(
                status: status.rawValue, stopReason: reason?.rawValue ?? status.rawValue,
                notice: reason?.notice, usage: usage,
                latencyMs: figures.milliseconds)
            try await writer.write(frame("done", id: id, data: done))
        case .failed(let error, let figures):
            let failure = Failure(
                code: error.code.rawValue, message: error.message, retryable: error.retryable,
                usage: FiguresBody(figures), requestId: requestID)
            try await writer.write(frame("error", id: id, data: failure))
        }
    }

    private func frame(_ event: String, id: Int, data: some Encodable) throws -> ByteBuffer {
        // JSON has no raw line breaks, so the data is always one line.
        let json = try encoder.encode(data)
        var buffer = ByteBuffer()
        buffer.writeString("id: \(id)\nevent: \(event)\ndata: ")
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
        return buffer
    }
}

extension EventStream {
    fileprivate struct Start: Encodable {
        let generationId: String
        let conversationId: String
        let conversationTitle: String
        let userMessageId: String
        let assistantMessageId: String
        let provider: String
        let model: String
        let modelLabel: String
        let simulated: Bool

        init(_ generation: Generation) {
            generationId = generation.id.text
            conversationId = generation.turn.conversation.id.text
            conversationTitle = generation.turn.conversation.title
            userMessageId = generation.turn.question.id.text
            assistantMessageId = generation.turn.answer.id.text
            provider = generation.model.provider
            model = generation.model.modelID
            modelLabel = generation.model.label
            simulated = generation.model.simulated
        }
    }

    fileprivate struct Delta: Encodable {
        let index: Int
        let text: String
    }

    fileprivate struct Done: Encodable {
        let status: String
        let stopReason: String
        /// A sentence for the person; absent where the answer simply ended.
        let notice: String?
        let usage: FiguresBody
        let latencyMs: Int
    }

    fileprivate struct Failure: Encodable {
        let code: String
        let message: String
        let retryable: Bool
        let usage: FiguresBody
        let requestId: String
    }
}

extension HTTPField.Name {
    fileprivate static let xAccelBuffering = HTTPField.Name("x-accel-buffering")!
}
