import CLinux
import Foundation
import Glibc
import Testing

@testable import Operations

@Suite struct UnixSocketTests {
    let folder = TemporaryFolder()

    @Test func nothingThereIsFine() throws {
        try UnixSocket.removeStale(path: folder("none.sock"))
        #expect(!UnixSocket.isListening(path: folder("none.sock")))
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
