import CLinux
import Glibc

/// A file that only grows, such as a journal: read once, then written at its end.
///
/// Not for several threads at once.
public final class AppendFile: Sendable {
    /// Where it lies.
    public let path: String
    private let descriptor: CInt

    /// Opens a file that is there and is this user's alone; nil where there is none.
    public init?(existing path: String) throws(OperationsError) {
        self.path = path
        descriptor = clinux_open(path, O_RDWR | O_APPEND | O_NOFOLLOW, 0)
        if descriptor == -ENOENT { return nil }
        guard descriptor >= 0 else { throw .system("read \(path)", -descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw OperationsError("\(path) is no regular file that only its owner may open. Run: chmod 600 '\(path)'")
        }
    }

    /// Makes a file, mode 0600; what had that name is gone.
    public init(replacing path: String) throws(OperationsError) {
        self.path = path
        unlink(path)
        descriptor = clinux_open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .system("write \(path)", -descriptor, hint: "Choose a folder you may write to, or change its owner.")
        }
    }

    deinit { close(descriptor) }

    /// Bytes the file has.
    public var size: Int {
        get throws(OperationsError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .system("look at \(path)", errno) }
            return Int(status.st_size)
        }
    }

    /// Reads the file from its beginning, piece by piece.
    /// - Parameter receive: gets a piece, and whether it is the last one; the last one may be empty.
    public func readAll(_ receive: ([UInt8], _ isLast: Bool) -> Void) throws(OperationsError) {
        var offset: off_t = 0
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = piece.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("read \(path)", errno)
            }
            if count == 0 { return receive([], true) }
            offset += off_t(count)
            receive(Array(piece[..<count]), false)
        }
    }

    /// Writes at the end. After an error part of it may stand there.
    public func append(_ bytes: [UInt8]) throws(OperationsError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset) }
            if count >= 0 { offset += count } else if errno != EINTR { throw .system("write \(path)", errno) }
        }
    }

    /// Cuts the file off behind `length` bytes.
    public func truncate(to length: Int) throws(OperationsError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw .system("write \(path)", errno) }
    }

    /// Returns once everything that was written outlives a power cut.
    public func sync() throws(OperationsError) {
        guard fdatasync(descriptor) == 0 else { throw .system("write \(path)", errno) }
    }

    /// Gives this file's place to another: `new` has its name from here on, and outlives a power cut under it.
    public static func move(_ path: String, to new: String) throws(OperationsError) {
        guard rename(path, new) == 0 else { throw .system("write \(new)", errno) }
        File.syncFolder(of: new)
    }

    /// Removes a file; none there is well, too.
    public static func remove(_ path: String) {
        unlink(path)
        File.syncFolder(of: path)
    }
}
