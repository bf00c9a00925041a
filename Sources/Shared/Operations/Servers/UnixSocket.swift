import CLinux
import Glibc

/// What a server on a Unix socket has to take care of beside listening.
public enum UnixSocket {
    /// Who is at the other end of a connection, as the kernel saw it when it was made.
    public struct Peer: Sendable, Equatable {
        /// The process id.
        public let process: Int32
        /// The effective user id.
        public let user: UInt32
        /// The effective group id.
        public let group: UInt32

        /// Whether the peer runs as this process's user or as root.
        public var isTrusted: Bool { user == geteuid() || user == 0 }
    }

    /// The right to listen at a path, held until the value goes away.
    public final class Claim: Sendable {
        private let lock: FileLock

        fileprivate init(_ lock: FileLock) { self.lock = lock }
    }

    /// Takes the right to listen at `path`, to be held as long as the server lives, and removes what an earlier one left.
    ///
    /// A lock in a file beside the socket keeps two programs that start at once from removing each other's.
    /// - Throws: when another program has it, or when something else than a socket lies there.
    public static func claim(path: String) throws(OperationsError) -> Claim {
        try checkLength(of: path)
        guard let lock = try FileLock(tryingFor: path + ".lock") else {
            throw OperationsError("A program is already listening on \(path). Stop it, or use another state folder.")
        }
        try removeStale(path: path)
        return Claim(lock)
    }

    /// Removes a socket that a program left behind which ended without cleaning up.
    ///
    /// - Throws: when a program is listening on it, or when something else than a socket lies there.
    public static func removeStale(path: String) throws(OperationsError) {
        try checkLength(of: path)
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .system("look at the socket \(path)", errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw OperationsError(
                "\(path) is not a socket, but one is wanted there. Move it away or name another path.")
        }
        let result = clinux_unix_connect(path)
        if result >= 0 { close(result) }
        switch result {
        case -ECONNREFUSED:
            guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove the old socket \(path)", errno) }
        case -ENOENT:
            return
        case ..<0 where result != -EAGAIN:
            throw .system("look at the socket \(path)", -result)
        default:
            throw OperationsError("A program is already listening on \(path). Stop it, or use another state folder.")
        }
    }

    /// Opens the socket to this user only (0600). Call it right after listening has begun.
    public static func restrict(path: String) throws(OperationsError) {
        guard chmod(path, 0o600) == 0 else { throw .system("restrict the socket \(path)", errno) }
    }

    /// Who is at the other end of the connected socket `descriptor` (borrowed for the call).
    public static func peer(of descriptor: Int32) throws(OperationsError) -> Peer {
        var process = pid_t()
        var user = uid_t()
        var group = gid_t()
        let result = clinux_peer_credentials(descriptor, &process, &user, &group)
        guard result == 0 else { throw .system("ask who is connected", -result) }
        return Peer(process: process, user: user, group: group)
    }

    /// Whether a program accepts connections at `path`.
    public static func isListening(path: String) -> Bool {
        let result = clinux_unix_connect(path)
        if result >= 0 { close(result) }
        return result >= 0 || result == -EAGAIN
    }

    /// The kernel takes at most 107 bytes for a socket's path (unix(7)).
    static func checkLength(of path: String) throws(OperationsError) {
        guard path.utf8.count <= maximumPathLength else {
            throw OperationsError(
                "The socket path \(path) has \(path.utf8.count) bytes; Linux takes \(maximumPathLength). "
                    + "Use a state folder with a shorter path.")
        }
    }

    private static let maximumPathLength = 107
}
