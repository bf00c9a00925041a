import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Bedrock

/// What becomes of a call, and of what it keeps, once its taker is done.
@Suite(.timeLimit(.minutes(1))) struct StreamedAnswerTests {
    /// Answers one connection with pieces, each in one write and after the one before was read, and keeps it open.
    private static func answering<Result: Sendable>(
        _ pieces: [ByteBuffer], _ work: @Sendable (String) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let serving = Task {
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    try? await connection.executeThenClose { inbound, outbound in
                        for piece in pieces {
                            try await outbound.write(piece)
                            try await Task.sleep(for: .milliseconds(300))
                        }
                        for try await _ in inbound {}
                    }
                }
            }
        }
        let result = await Swift.Result<Result, any Error>.of {
            try await work("http://127.0.0.1:\(server.channel.localAddress?.port ?? 0)/")
        }
        serving.cancel()
        _ = await serving.result
        return try result.get()
    }

    private static func chunk(_ count: Int) -> ByteBuffer {
        var buffer = ByteBuffer(string: String(count, radix: 16) + "\r\n")
        buffer.writeRepeatingByte(0x78, count: count)
        buffer.writeString("\r\n")
        return buffer
    }

    private static let head = ByteBuffer(string: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")

    @Test("a call that is left while the last of a long answer waits for room holds nothing any more")
    func left() async throws {
        // All there is room for; then more, with the end, in one segment.
        var first = Self.head
        var chunk = Self.chunk(AnswerReceiver.limit)
        first.writeBuffer(&chunk)
        var last = ByteBuffer()
        for _ in 1...8 {
            var chunk = Self.chunk(100)
            last.writeBuffer(&chunk)
        }
        last.writeString("0\r\n\r\n")
        try await Self.answering([first, last]) { url in
            let http = HTTPConnections.client(connect: .seconds(5))
            let kept = Weak()
            let result = await Swift.Result<Void, any Error>.of {
                try await http.answering(HTTPClient.Request(url: url)) { answer in
                    kept.hold(answer.body.receiver)
                    while !answer.body.receiver.isFull { try await Task.sleep(for: .milliseconds(5)) }
                }
                let end = ContinuousClock.now + .seconds(10)
                while kept.isThere, .now < end { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(!kept.isThere, "the receiver is still there")
            try await http.shutdown()
            try result.get()
        }
    }

    @Test("a slow taker makes the provider wait, and has every byte in the end")
    func backPressure() async throws {
        let count = 8 * AnswerReceiver.limit
        var whole = Self.head
        for _ in 0..<count / 65_536 {
            var chunk = Self.chunk(65_536)
            whole.writeBuffer(&chunk)
        }
        whole.writeString("0\r\n\r\n")
        try await Self.answering([whole]) { url in
            let http = HTTPConnections.client(connect: .seconds(5))
            let result = await Swift.Result<Int, any Error>.of {
                try await http.answering(HTTPClient.Request(url: url)) { answer in
                    while !answer.body.receiver.isFull { try await Task.sleep(for: .milliseconds(5)) }
                    var taken = 0
                    for try await bytes in answer.body { taken += bytes.readableBytes }
                    return taken
                }
            }
            try await http.shutdown()
            #expect(try result.get() == count)
        }
    }
}

/// A reference that keeps nothing alive.
private final class Weak: Sendable {
    private struct Reference { weak var object: AnswerReceiver? }
    private let reference = Mutex(Reference())

    func hold(_ object: AnswerReceiver) { reference.withLock { $0.object = object } }

    var isThere: Bool { reference.withLock { $0.object != nil } }
}

extension Swift.Result where Failure == any Error {
    fileprivate static func of(_ work: () async throws -> Success) async -> Self {
        do { return .success(try await work()) } catch { return .failure(error) }
    }
}
