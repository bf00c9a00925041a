import Glibc

/// A TCP port on 127.0.0.1 that nobody listens on at this moment.
public func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("no socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in(loopbackPort: 0)
    try address.withSocketAddress { pointer, length in
        guard bind(descriptor, pointer, length) == 0 else { throw Failure("no free port: errno \(errno)") }
    }
    return try boundPort(of: descriptor)
}

/// The port a socket is bound to.
func boundPort(of descriptor: Int32) throws -> Int {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard result == 0 else { throw Failure("getsockname: errno \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
}

extension sockaddr_in {
    /// 127.0.0.1 and a port.
    init(loopbackPort port: Int) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = UInt16(port).bigEndian
        sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
    }

    mutating func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) rethrows {
        try withUnsafePointer(to: &self) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

extension sockaddr_un {
    /// A socket in the file system.
    init(path: String) throws {
        self.init()
        sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: sun_path) else {
            throw Failure("\(path) is too long for a socket")
        }
        withUnsafeMutableBytes(of: &sun_path) { $0.copyBytes(from: bytes) }
    }

    mutating func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) rethrows {
        try withUnsafePointer(to: &self) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
