import CLinux
import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Operations

/// Greets whoever sends nothing and is still there a moment later.
private final class Greeting: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        channel.eventLoop.execute { channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil) }
    }
}

@Suite struct UnixSocketTests {
    let folder = TemporaryFolder()

    @Test func nothingThereIsFine() throws {
        try UnixSocket.removeStale(path: folder("none.sock"))
        #expect(!UnixSocket.isListening(path: folder("none.sock")))
    }

    @Test func aPathIsClaimedOnceUntilItIsGivenUp() throws {
        let path = folder("claimed.sock")
        do {
            let claim = try UnixSocket.claim(path: path)
            defer { withExtendedLifetime(claim) {} }
            #expect { try UnixSocket.claim(path: path) } throws: { "\($0)".contains("already listening") }
        }
        close(try listening(at: path))
        let claim = try UnixSocket.claim(path: path)
        #expect(!FileManager.default.fileExists(atPath: path))
        withExtendedLifetime(claim) {}
    }

    @Test(arguments: [true, false])
    func aConnectionOfAnotherUserIsClosed(isTrusted: Bool) async throws {
        let path = folder("peers.sock")
        let peers = Mutex<[UnixSocket.Peer]>([])
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = TrustedPeers(logger: Logger(label: "test")) { peer in
                        peers.withLock { $0.append(peer) }
                        return isTrusted
                    }
                    try channel.pipeline.syncOperations.addHandlers([handler, Greeting()])
                }
            }
            .bind(unixDomainSocketPath: path).get()
        let client = clinux_unix_connect(path)
        defer { close(client) }
        var entry = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
        #expect(poll(&entry, 1, 10_000) == 1)
        var byte: UInt8 = 0
        // An end, or the greeting of a connection that was let in.
        #expect(read(client, &byte, 1) == (isTrusted ? 1 : 0))
        #expect(peers.withLock { $0 } == [.init(process: getpid(), user: geteuid(), group: getegid())])
        try await server.close()
    }

    @Test func aSocketLeftBehindIsRemoved() throws {
        let path = folder("old.sock")
        close(try listening(at: path))
        #expect(FileManager.default.fileExists(atPath: path))
        try UnixSocket.removeStale(path: path)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aSocketInUseStays() throws {
        let path = folder("live.sock")
        let server = try listening(at: path)
        defer { close(server) }
        #expect { try UnixSocket.removeStale(path: path) } throws: { "\($0)".contains("already listening") }
        #expect(UnixSocket.isListening(path: path))
    }

    @Test func aFileIsNotRemoved() throws {
        try folder.write("file", "precious")
        #expect { try UnixSocket.removeStale(path: folder("file")) } throws: { "\($0)".contains("is not a socket") }
        #expect(try folder.text("file") == "precious")
    }

    @Test func restrictedToItsOwner() throws {
        let path = folder("r.sock")
        let server = try listening(at: path)
        defer { close(server) }
        try UnixSocket.restrict(path: path)
        #expect(folder.mode("r.sock") == 0o600)
    }

    @Test func thePeerIsThisProcess() throws {
        let path = folder("p.sock")
        let server = try listening(at: path)
        defer { close(server) }
        let client = clinux_unix_connect(path)
        #expect(client >= 0)
        let accepted = accept(server, nil, nil)
        defer {
            close(client)
            close(accepted)
        }
        let peer = try UnixSocket.peer(of: accepted)
        #expect(peer.process == getpid())
        #expect(peer.user == geteuid())
        #expect(peer.isTrusted)
        #expect(!UnixSocket.Peer(process: 1, user: geteuid() + 1, group: 0).isTrusted)
    }

    private func listening(at path: String) throws -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 4) == 0)
        return descriptor
    }
}
