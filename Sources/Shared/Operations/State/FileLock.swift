import CLinux
import Glibc

/// A lock on a file, held by one process at a time and given up by the kernel when that process ends, however it ends.
public final class FileLock: Sendable {
    private let descriptor: CInt

    /// Waits until the lock is free, then holds it until the value goes away.
    public init(waitingFor path: String) throws(OperationsError) {
        descriptor = try Self.open(path)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                // From here on `deinit` closes: a second close would hit what another thread has opened meanwhile.
                throw .system("lock \(path)", errno)
            }
        }
    }

    /// Holds the lock, or returns `nil` when another process has it.
    public init?(tryingFor path: String) throws(OperationsError) {
        descriptor = try Self.open(path)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else { throw .system("lock \(path)", code) }
            return nil
        }
    }

    deinit {
        close(descriptor)
    }

    private static func open(_ path: String) throws(OperationsError) -> CInt {
        let descriptor = clinux_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .system("lock \(path)", -descriptor, hint: "Choose a folder you may write to, or change its owner.")
        }
        return descriptor
    }
}
