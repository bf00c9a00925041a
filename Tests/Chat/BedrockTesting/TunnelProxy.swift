import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// An HTTP proxy on a free port of loopback that leads every `CONNECT` to one server, or refuses each.
public final class TunnelProxy: Sendable {
    /// Its port.
    public let port: Int
    private let kept = Mutex<[String]>([])

    private typealias Bytes = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private init(port: Int) {
        self.port = port
    }

    /// The heads of the requests that it got.
    public var heads: [String] { kept.withLock { $0 } }

    /// Runs work while there is a proxy.
    ///
    /// - Parameter server: the server's address; nil refuses with 407.
    public static func running<Result: Sendable>(
        to server: String?, _ work: @Sendable (TunnelProxy) async throws -> Result
    ) async throws -> Result {
        let target = server.flatMap { URL(string: $0)?.port }
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
            }
        let proxy = TunnelProxy(port: listener.channel.localAddress?.port ?? 0)
        let serving = Task {
            try await listener.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask { try? await proxy.serve(connection, target) }
                    }
                }
            }
        }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await work(proxy)) } catch { result = .failure(error) }
        serving.cancel()
        _ = await serving.result
        return try result.get()
    }

    private func serve(_ connection: Bytes, _ target: Int?) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            var head = ""
            while !head.hasSuffix("\r\n\r\n"), let bytes = try await iterator.next() { head += String(buffer: bytes) }
            kept.withLock { $0.append(head) }
            guard let target else {
                return try await outbound.write(
                    ByteBuffer(string: "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
            }
            let upstream = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: target) { channel in
                    channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
                }
            // From here on it is closed whatever comes: the client may be gone already.
            try await upstream.executeThenClose { back, forth in
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"))
                let returning = Task {
                    for try await bytes in back { try await outbound.write(bytes) }
                }
                while let bytes = try await iterator.next() { try await forth.write(bytes) }
                returning.cancel()
            }
        }
    }
}
