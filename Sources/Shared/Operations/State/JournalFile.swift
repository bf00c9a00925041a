import CLinux
import Glibc

/// A file of lines that only grows, and beside it a small file, its mark, that says where it ends. Both are open to this user only.
///
/// Several processes may write to it: whoever writes holds the mark's lock meanwhile, and looks first whether another has written, or has set
/// the file aside and begun another.
///
/// Not Sendable: one thread uses it at a time.
public final class JournalFile {
    /// The file.
    public let path: String
    /// The mark's file: the path and `.head`.
    public var markPath: String { path + ".head" }

    /// Tells one end of the file from another.
    public struct End: Sendable, Equatable {
        private let device: UInt64
        private let file: UInt64
        /// Bytes the file has.
        public let size: Int

        fileprivate init(_ status: stat) {
            device = UInt64(status.st_dev)
            file = UInt64(status.st_ino)
            size = Int(status.st_size)
        }

        fileprivate func isSameFile(as other: End) -> Bool { device == other.device && file == other.file }
    }

    private var descriptor: CInt
    private let markDescriptor: CInt

    /// Opens a journal, or makes an empty one.
    ///
    /// - Throws: a sentence for the operator.
    public init(path: String) throws(OperationsError) {
        self.path = path
        descriptor = try Self.open(path, O_RDWR | O_APPEND)
        do {
            markDescriptor = try Self.open(path + ".head", O_RDWR)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(descriptor)
        close(markDescriptor)
    }

    /// Runs `work` while no other process writes, on the file that has the journal's name now.
    public func withLock<Value>(_ work: () throws(OperationsError) -> Value) throws(OperationsError) -> Value {
        while flock(markDescriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .system("lock \(markPath)", errno) }
        }
        defer { flock(markDescriptor, LOCK_UN) }
        try follow()
        return try work()
    }

    /// Where the file ends.
    public var end: End {
        get throws(OperationsError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .system("look at \(path)", errno) }
            return End(status)
        }
    }

    /// Bytes the file has.
    public var size: Int { get throws(OperationsError) { try end.size } }

    /// Gives the file another name, for good, and begins an empty one in its place. Within ``withLock(_:)``.
    ///
    /// - Parameter other: a path in the same folder that nothing has yet.
    public func setAside(as other: String) throws(OperationsError) {
        guard access(other, F_OK) != 0 else { throw .system("rename \(path) to \(other)", EEXIST) }
        try AppendFile.move(path, to: other)
        try follow()
    }

    /// Goes on with the file that has the journal's name, where another process, or somebody by hand, has set this one aside.
    private func follow() throws(OperationsError) {
        var named = stat()
        let isThere = lstat(path, &named) == 0
        let own = try end
        guard !isThere || !End(named).isSameFile(as: own) else { return }
        let opened = try Self.open(path, O_RDWR | O_APPEND)
        close(descriptor)
        descriptor = opened
    }

    /// The last bytes of the file, at most `count`.
    public func tail(_ count: Int) throws(OperationsError) -> [UInt8] {
        let size = try size
        return try read(descriptor, path, from: max(0, size - count), count: min(count, size))
    }

    /// What the mark says; empty where it says nothing yet.
    public func mark() throws(OperationsError) -> String {
        String(decoding: try read(markDescriptor, markPath, from: 0, count: 256), as: UTF8.self)
    }

    /// Writes bytes at the end and waits until they are on disk.
    public func append(_ bytes: [UInt8]) throws(OperationsError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, $0.count - offset) }
            if count >= 0 { offset += count } else if errno != EINTR { throw .system("write \(path)", errno) }
        }
        guard fdatasync(descriptor) == 0 else { throw .system("write \(path)", errno) }
    }

    /// Cuts the file.
    public func truncate(to size: Int) throws(OperationsError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .system("cut \(path)", errno) }
    }

    /// Writes the mark over the old one, which has the same length: no crash leaves half of each.
    public func setMark(_ text: String) throws(OperationsError) {
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { pwrite(markDescriptor, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count else { throw .system("write \(markPath)", count < 0 ? errno : ENOSPC) }
    }

    private func read(
        _ descriptor: CInt, _ path: String, from start: Int, count: Int
    ) throws(OperationsError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let result = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + filled, $0.count - filled, off_t(start + filled))
            }
            if result == 0 { break }
            if result > 0 { filled += result } else if errno != EINTR { throw .system("read \(path)", errno) }
        }
        return Array(bytes[..<filled])
    }

    private static func open(_ path: String, _ flags: CInt) throws(OperationsError) -> CInt {
        let descriptor = clinux_open(path, flags | O_CREAT | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .system("write \(path)", -descriptor, hint: "Change its owner, or make room for a new one.")
        }
        // Made by hand, or by a narrower mask.
        guard fchmod(descriptor, 0o600) == 0 else {
            let code = errno
            close(descriptor)
            throw .system("restrict \(path)", code, hint: "Change its owner to the user who runs this.")
        }
        return descriptor
    }
}
