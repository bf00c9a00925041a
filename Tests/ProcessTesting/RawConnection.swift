import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A connection on which every byte is the test's own.
public final class RawConnection: Sendable {
    private final class Inbox: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        struct State {
            var bytes: [UInt8] = []
            var isClosed = false
        }
        let state = Mutex(State())

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            state.withLock { $0.bytes += buffer.readableBytesView }
        }

        func channelInactive(context: ChannelHandlerContext) { state.withLock { $0.isClosed = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // A TLS peer that closes without a farewell ends the connection like any other end.
            context.close(promise: nil)
        }
    }

    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    deinit { channel.close(promise: nil) }

    /// Connects to a port of 127.0.0.1; over TLS to `localhost` where an authority is named.
    public static func open(
        port: Int, caFile: String? = nil, protocols: [String] = ["http/1.1"], allowsHalfClosure: Bool = false
    ) async throws -> RawConnection {
        let context = try caFile.map { file in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .file(file)
            configuration.applicationProtocols = protocols
            return try NIOSSLContext(configuration: configuration)
        }
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .channelOption(.allowRemoteHalfClosure, value: allowsHalfClosure)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    try channel.pipeline.syncOperations.addHandler(inbox)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, inbox: inbox)
    }

    /// Whether what comes is taken from the socket; true until set.
    public func takes(_ isTaking: Bool) async throws { try await channel.setOption(.autoRead, value: isTaking).get() }

    /// Sends text and waits until it has left.
    public func write(_ text: String) async throws { try await write(Array(text.utf8)) }

    /// Sends bytes and waits until they have left.
    public func write(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).get()
    }

    /// Everything received so far.
    public var received: String { String(decoding: inbox.state.withLock { $0.bytes }, as: UTF8.self) }

    /// Everything received so far, byte by byte.
    public var receivedBytes: [UInt8] { inbox.state.withLock { $0.bytes } }

    /// Whether the other side has closed.
    public var isClosed: Bool { inbox.state.withLock { $0.isClosed } }

    /// Waits until `text` has arrived, or the connection's end.
    public func read(until text: String, within limit: Duration = .seconds(10)) async throws -> String {
        let wanted = Array(text.utf8)
        return try await eventually("\"\(text)\"", within: limit) { [inbox] in
            inbox.state.withLock { state in
                state.isClosed || state.bytes.firstRange(of: wanted) != nil
                    ? String(decoding: state.bytes, as: UTF8.self) : nil
            }
        }
    }

    /// Waits for the connection's end and returns all that came.
    public func readToEnd(within limit: Duration = .seconds(10)) async throws -> String {
        _ = try await eventually("the connection's end", within: limit) { self.isClosed ? true : nil }
        return received
    }

    /// Takes nothing from the socket until told otherwise.
    public func setReading(_ reads: Bool) async throws {
        try await channel.setOption(.autoRead, value: reads).get()
        if reads { channel.read() }
    }

    /// Sends no more, and goes on reading. Only without TLS.
    public func finishWriting() async throws { try await channel.close(mode: .output).get() }

    /// Closes the connection.
    public func close() async { try? await channel.close().get() }
}
