import EventLoop
import Foundation
import Testing

@Suite("Sockets are opened non-blocking and closed on exec, and failures say which call and why")
struct SocketsTests {
    private func isNonBlocking(_ descriptor: Int32) -> Bool {
        fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0 && fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0
    }

    /// A blocking connection to a local port.
    private func connect(to port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        return descriptor
    }

    @Test("a listener on a free port accepts, and says who came")
    func listens() throws {
        let listener = try Sockets.listen(address: "127.0.0.1", port: 0)
        defer { close(listener) }
        let port = try Sockets.port(of: listener)
        #expect(port != 0 && isNonBlocking(listener))
        #expect(try Sockets.accept(listener) == nil)
        let client = try connect(to: port)
        defer { close(client) }
        let accepted = try #require(try Sockets.accept(listener))
        defer { close(accepted.descriptor) }
        #expect(accepted.peer == "127.0.0.1" && isNonBlocking(accepted.descriptor))
        #expect(try Sockets.accept(listener) == nil)
    }

    @Test("several listeners share a port; one that does not share keeps it")
    func sharing() throws {
        let first = try Sockets.listen(address: "127.0.0.1", port: 0)
        defer { close(first) }
        let second = try Sockets.listen(address: "127.0.0.1", port: Sockets.port(of: first))
        defer { close(second) }
        #expect(try Sockets.port(of: first) == Sockets.port(of: second))

        let selfish = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(selfish) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(selfish, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0 && Glibc.listen(selfish, 1) == 0)
        let taken = try Sockets.port(of: selfish)
        let error = #expect(throws: SystemCallError.self) { try Sockets.listen(address: "127.0.0.1", port: taken) }
        #expect(error?.code == EADDRINUSE)
        #expect(error?.description.contains("127.0.0.1:\(taken)") == true)
    }

    @Test("IPv6 addresses listen too", .enabled(if: FileManager.default.fileExists(atPath: "/proc/net/if_inet6")))
    func version6() throws {
        let listener = try Sockets.listen(address: "::1", port: 0)
        defer { close(listener) }
        #expect(try Sockets.port(of: listener) != 0)
    }

    @Test("what is no address is refused", arguments: ["localhost", "", "1.2.3", "::g", "/tmp/socket"])
    func badAddress(address: String) {
        let error = #expect(throws: SystemCallError.self) { try Sockets.listen(address: address, port: 0) }
        #expect(error?.code == EINVAL)
    }

    @Test("a descriptor that is no socket has no port and no connections")
    func noSocket() throws {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(throws: SystemCallError(call: "getsockname", code: ENOTSOCK)) { try Sockets.port(of: descriptor) }
        #expect(throws: SystemCallError(call: "accept", code: ENOTSOCK)) { try Sockets.accept(descriptor) }
    }

    @Test("Unix sockets: connected, missing, nobody there, path too long, backlog full")
    func unix() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gh-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "s").path
        let descriptor = try Sockets.unixSocket()
        #expect(isNonBlocking(descriptor))
        #expect(throws: SystemCallError(call: "connect to \(path)", code: ENOENT)) {
            try Sockets.connect(descriptor, path: path)
        }
        let long = "/" + String(repeating: "p", count: 108)
        #expect(throws: SystemCallError(call: "connect to \(long)", code: ENAMETOOLONG)) {
            try Sockets.connect(descriptor, path: long)
        }

        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        #expect(throws: SystemCallError(call: "connect to \(path)", code: ECONNREFUSED)) {
            try Sockets.connect(descriptor, path: path)
        }
        try #require(Glibc.listen(listener, 0) == 0)
        #expect(try Sockets.connect(descriptor, path: path))
        let second = try Sockets.unixSocket()
        #expect(try !Sockets.connect(second, path: path))
        close(accept(listener, nil, nil))
        #expect(try Sockets.connect(second, path: path), "once there is room, the same socket connects")
        for descriptor in [descriptor, second, listener] { close(descriptor) }
    }
}
