import CLinux
import Glibc

/// Small files that hold keys and settings: read whole, written so that a reader sees the old or the new content and
/// a crash leaves one of the two.
enum File {
    /// Reads a whole file, at most `limit` bytes; `nil` where there is none.
    static func read(_ path: String, limit: Int = 1 << 20) throws(OperationsError) -> [UInt8]? {
        let descriptor = clinux_open(path, O_RDONLY | O_NOFOLLOW, 0)
        if descriptor == -ENOENT { return nil }
        guard descriptor >= 0 else { throw .system("read \(path)", -descriptor, hint: readHint(-descriptor)) }
        defer { close(descriptor) }
        return try read(descriptor, path: path, limit: limit)
    }

    /// Reads a whole file that only its owner may read; `nil` where there is none.
    ///
    /// A secret that another user owns, or that group or others may open, is refused: it may be known already.
    static func readPrivate(_ path: String) throws(OperationsError) -> [UInt8]? {
        let descriptor = clinux_open(path, O_RDONLY | O_NOFOLLOW, 0)
        if descriptor == -ENOENT { return nil }
        guard descriptor >= 0 else { throw .system("read \(path)", -descriptor, hint: readHint(-descriptor)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("read \(path)", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw OperationsError("\(path) is not a regular file. Move it away; it is made anew.")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw OperationsError(
                "\(path) belongs to user \(status.st_uid), not to user \(geteuid()) who runs this. Change its owner.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw OperationsError(
                "\(path) is a secret others may open. Run: chmod 600 '\(path)' (or delete it to make a new one).")
        }
        return try read(descriptor, path: path, limit: 1 << 20)
    }

    /// Replaces the file at `path` by `bytes` in one step (temporary file, fsync, rename).
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(OperationsError) {
        let temporary = try writeTemporary(for: path, bytes: bytes, mode: mode)
        guard rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw .system("write \(path)", code)
        }
        syncFolder(of: path)
    }

    /// Creates the file at `path` unless it is there (temporary file, fsync, link).
    ///
    /// - Returns: `false` when another process was first; its file stays untouched.
    static func create(_ path: String, with bytes: [UInt8], mode: mode_t) throws(OperationsError) -> Bool {
        let temporary = try writeTemporary(for: path, bytes: bytes, mode: mode)
        defer { unlink(temporary) }
        guard link(temporary, path) == 0 else {
            let code = errno
            if code == EEXIST { return false }
            throw .system("write \(path)", code)
        }
        syncFolder(of: path)
        return true
    }

    /// Makes a folder and, before it, those above it. What exists stays as it is.
    static func makeFolder(_ path: String, mode: mode_t) throws(OperationsError) {
        if mkdir(path, mode) == 0 { return }
        var code = errno
        if code == ENOENT, let parent = folder(of: path) {
            try makeFolder(parent, mode: mode)
            if mkdir(path, mode) == 0 { return }
            code = errno
        }
        var status = stat()
        if code == EEXIST, stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw OperationsError("\(path) is a file, but a folder is wanted there. Move it away or name another.")
            }
            return
        }
        throw .system("make the folder \(path)", code, hint: "Choose a folder you may write to, or change its owner.")
    }

    /// The folder a path lies in; `nil` for the root and for bare names.
    static func folder(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return nil }
        return String(path[..<slash])
    }

    private static func read(_ descriptor: CInt, path: String, limit: Int) throws(OperationsError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("read \(path)", errno)
            }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else {
                throw OperationsError("\(path) is larger than \(limit) bytes, which cannot be right. Look at it.")
            }
        }
    }

    private static func writeTemporary(
        for path: String, bytes: [UInt8], mode: mode_t
    ) throws(OperationsError) -> String {
        let temporary = "\(path).\(RandomText.make(12, from: RandomText.lowerCaseAndDigits)).new"
        let descriptor = clinux_open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
        guard descriptor >= 0 else {
            throw .system("write \(path)", -descriptor, hint: "Choose a folder you may write to, or change its owner.")
        }
        var failure: CInt = 0
        var offset = 0
        while failure == 0 && offset < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset) }
            if count >= 0 { offset += count } else if errno != EINTR { failure = errno }
        }
        // The mode given to open is narrowed by the umask; what is asked for is what is wanted.
        if failure == 0, fchmod(descriptor, mode) != 0 { failure = errno }
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        close(descriptor)
        guard failure == 0 else {
            unlink(temporary)
            throw .system("write \(path)", failure)
        }
        return temporary
    }

    /// A name survives a power cut only when its folder is on disk too. A file system that cannot do this has no remedy.
    static func syncFolder(of path: String) {
        let descriptor = clinux_open(folder(of: path) ?? ".", O_RDONLY | O_DIRECTORY, 0)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func readHint(_ code: CInt) -> String? {
        switch code {
        case EACCES: "Run this as the user who owns it."
        case ELOOP: "It is a symbolic link; put the file itself there."
        default: nil
        }
    }
}
