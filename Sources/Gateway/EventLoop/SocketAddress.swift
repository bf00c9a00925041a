import CLinux
import Glibc

/// The address of a TCP socket, as the system has it.
public struct SocketAddress: Sendable, Equatable {
    private let bytes: [UInt8]

    /// Why a name has no address, in the system's words.
    public struct ResolutionError: Error, Equatable, Sendable, CustomStringConvertible {
        /// What the system says.
        public let description: String
    }

    /// An address as it is written, IPv4 or IPv6 without brackets; nil for anything else.
    public init?(literal host: String, port: UInt16) {
        guard let address = try? Self.resolve(host, port: port, onlyLiterals: true).first else { return nil }
        self = address
    }

    /// The addresses of a host, in the order in which they are to be tried (RFC 6724), at most eight. Blocks, possibly for many seconds.
    public static func resolve(_ host: String, port: UInt16) throws(ResolutionError) -> [SocketAddress] {
        try resolve(host, port: port, onlyLiterals: false)
    }

    private static func resolve(
        _ host: String, port: UInt16, onlyLiterals: Bool
    ) throws(ResolutionError) -> [SocketAddress] {
        let capacity = 8
        let found = unsafe withUnsafeTemporaryAllocation(of: linux_address.self, capacity: capacity) { room in
            let count = unsafe linux_resolve(host, port, onlyLiterals ? 1 : 0, room.baseAddress, Int32(capacity))
            guard count >= 0 else { return Result<[SocketAddress], ResolutionError>.failure(Self.error(count)) }
            return .success(
                (0..<Int(count)).map { index in
                    unsafe withUnsafeBytes(of: room[index].bytes) { bytes in
                        unsafe SocketAddress(bytes: Array(bytes.prefix(Int(room[index].length))))
                    }
                })
        }
        return try found.get()
    }

    private static func error(_ code: Int32) -> ResolutionError {
        unsafe ResolutionError(description: String(cString: linux_resolution_error(code)))
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Begins to connect a new socket to the address. It is writable once it is connected, or has failed: then ``Sockets/failure(of:)`` says so.
    func connect() throws(SystemCallError) -> Int32 {
        let result = unsafe bytes.withUnsafeBytes { unsafe linux_connect_tcp($0.baseAddress, UInt32($0.count)) }
        return try SystemCallError.check(result, "connect")
    }
}

extension Sockets {
    /// Begins to connect a new TCP socket; non-blocking, closed on exec. It becomes writable once it is connected or has failed.
    public static func connect(to address: SocketAddress) throws(SystemCallError) -> Int32 { try address.connect() }

    /// Whether a socket is connected.
    public static func isConnected(_ descriptor: Int32) -> Bool { linux_is_connected(descriptor) == 1 }

    /// Why a socket that was to be connected is not; nil if it is.
    public static func failure(of descriptor: Int32) -> SystemCallError? {
        let code = linux_socket_error(descriptor)
        return code == 0 ? nil : SystemCallError(call: "connect", code: code)
    }
}
