import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// An answer whose body is read as it arrives, however slow its taker is: where a connection breaks, everything that had come is taken before
/// the error.
///
/// The HTTP client's own sequence reads only when it is asked; what lies between is lost with the connection.
struct StreamedAnswer: Sendable {
    /// Status and header fields.
    let head: HTTPResponseHead
    /// The bytes, to be taken once.
    let body: Body

    /// The bytes of an answer as they come. It ends with a `CancellationError` where its taker was cancelled.
    struct Body: AsyncSequence, Sendable {
        let receiver: AnswerReceiver

        func makeAsyncIterator() -> Iterator {
            Iterator(receiver: receiver, parts: receiver.parts.makeAsyncIterator())
        }

        struct Iterator: AsyncIteratorProtocol {
            fileprivate let receiver: AnswerReceiver
            fileprivate var parts: AsyncThrowingStream<AnswerReceiver.Part, any Error>.Iterator

            mutating func next() async throws -> ByteBuffer? {
                while let part = try await parts.next() {
                    guard case .bytes(let bytes) = part else { continue }
                    receiver.taken(bytes.readableBytes)
                    return bytes
                }
                try Task.checkCancellation()
                return nil
            }
        }
    }
}

extension HTTPClient {
    /// Sends a request, and ends the call when `take` has done with the answer or the task is cancelled.
    ///
    /// - Throws: an error of the client, `CancellationError`, or what `take` throws.
    func answering<Result: Sendable>(
        _ request: Request, _ take: (StreamedAnswer) async throws -> Result
    ) async throws -> Result {
        let receiver = AnswerReceiver()
        let loop = eventLoopGroup.any()
        // Reading and keeping happen on one loop: nothing is between them that could break.
        let call = execute(request: request, delegate: receiver, eventLoop: .delegateAndChannel(on: loop))
        defer {
            call.cancel()
            receiver.leave()
        }
        return try await withTaskCancellationHandler {
            var parts = receiver.parts.makeAsyncIterator()
            guard case .head(let head) = try await parts.next() else { throw CancellationError() }
            return try await take(StreamedAnswer(head: head, body: .init(receiver: receiver)))
        } onCancel: {
            call.cancel()
        }
    }
}

/// Keeps what arrives of an answer until it is taken, up to a limit.
final class AnswerReceiver: HTTPClientResponseDelegate, Sendable {
    fileprivate enum Part: Sendable {
        case head(HTTPResponseHead)
        case bytes(ByteBuffer)
    }

    private struct Backlog {
        var bytes = 0
        /// The connection is read on when this is fulfilled.
        var room: EventLoopPromise<Void>?
        var isLeft = false
    }

    /// Bytes that are kept for a slow taker; more wait at the provider.
    static let limit = 1 << 20

    /// Whether nothing more is read until something is taken.
    var isFull: Bool { backlog.withLock { $0.room != nil } }

    /// The head first, then the body.
    fileprivate let parts: AsyncThrowingStream<Part, any Error>
    private let arriving: AsyncThrowingStream<Part, any Error>.Continuation
    private let backlog = Mutex(Backlog())

    init() { (parts, arriving) = AsyncThrowingStream.makeStream() }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        arriving.yield(.head(head))
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        backlog.withLock { backlog in
            guard !backlog.isLeft else { return task.eventLoop.makeSucceededVoidFuture() }
            arriving.yield(.bytes(buffer))
            backlog.bytes += buffer.readableBytes
            guard backlog.bytes > Self.limit else { return task.eventLoop.makeSucceededVoidFuture() }
            let room = task.eventLoop.makePromise(of: Void.self)
            backlog.room = room
            return room.futureResult
        }
    }

    /// The taker has these.
    func taken(_ count: Int) {
        let room = backlog.withLock { backlog -> EventLoopPromise<Void>? in
            backlog.bytes -= count
            return backlog.bytes <= Self.limit ? backlog.room.take() : nil
        }
        room?.succeed()
    }

    /// Nobody takes any more. An answer whose end has come is over for the client only when all of it has been taken from it, so
    /// a promise of room that nobody keeps would hold the call, and the call this, for ever.
    func leave() {
        let room = backlog.withLock { backlog in
            backlog.isLeft = true
            return backlog.room.take()
        }
        room?.succeed()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws {
        arriving.finish()
        backlog.withLock { $0.room.take() }?.succeed()
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) {
        arriving.finish(throwing: error)
        backlog.withLock { $0.room.take() }?.succeed()
    }
}
