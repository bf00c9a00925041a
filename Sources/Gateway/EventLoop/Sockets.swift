import CLinux
import Glibc

/// Opens the sockets a gateway needs. Every descriptor is non-blocking and closed on exec.
public enum Sockets {
    /// A TCP listener on an IPv4 or IPv6 address; port 0 takes a free one. Several may share one address and port (SO_REUSEPORT).
    public static func listen(address: String, port: UInt16, backlog: Int32 = 4096) throws(SystemCallError) -> Int32 {
        unsafe try SystemCallError.check(linux_listen_tcp(address, port, backlog), "listen on \(address):\(port)")
    }

    /// Raises the process's soft limit of open descriptors to its hard limit: each connection needs one, its backend's another.
    /// The limit then in force.
    @discardableResult
    public static func raiseDescriptorLimit() -> Int { linux_raise_descriptor_limit() }

    /// The port a listener got.
    public static func port(of descriptor: Int32) throws(SystemCallError) -> UInt16 {
        UInt16(try SystemCallError.check(linux_local_port(descriptor), "getsockname"))
    }

    /// Another descriptor of the same socket.
    public static func duplicate(_ descriptor: Int32) throws(SystemCallError) -> Int32 {
        try SystemCallError.check(linux_duplicate(descriptor), "dup")
    }

    /// A Unix stream socket, not connected yet.
    public static func unixSocket() throws(SystemCallError) -> Int32 {
        try SystemCallError.check(linux_unix_socket(), "socket")
    }

    /// Connects a Unix stream socket to `path`. False if the backlog there is full: another try may succeed, and nothing tells when.
    public static func connect(_ descriptor: Int32, path: String) throws(SystemCallError) -> Bool {
        let result = unsafe linux_connect_unix(descriptor, path)
        if result == -EAGAIN { return false }
        try SystemCallError.check(result, "connect to \(path)")
        return true
    }

    /// Bytes of a TCP connection that were sent and not yet confirmed by the peer; 0 of one that is broken.
    public static func unsentBytes(_ descriptor: Int32) -> Int { max(0, Int(linux_unsent_bytes(descriptor))) }

    /// Closing the TCP connection then drops what is unsent, and resets it: a peer that takes nothing holds no memory here.
    public static func resetOnClose(_ descriptor: Int32) { _ = linux_reset_on_close(descriptor) }

    /// The next waiting connection of a listener, its peer's address as text and port, or nil. Connections that broke while they waited are
    /// passed over: an edge-triggered listener hears of those behind them only once.
    public static func accept(_ listener: Int32) throws(SystemCallError) -> (
        descriptor: Int32, peer: String, port: UInt16
    )? {
        unsafe try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text throws(SystemCallError) in
            var port: UInt16 = 0
            while true {
                let descriptor = unsafe linux_accept(listener, text.baseAddress, Int32(text.count), &port)
                if descriptor >= 0 { return unsafe (descriptor, String(cString: text.baseAddress!), port) }
                if descriptor == -ECONNABORTED || descriptor == -EINTR || descriptor == -EPROTO { continue }
                if descriptor == -EAGAIN { return nil }
                throw SystemCallError(call: "accept", code: -descriptor)
            }
        }
    }
}
