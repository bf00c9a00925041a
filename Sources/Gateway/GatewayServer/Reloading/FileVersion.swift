import Glibc

/// A file, or a folder's list of files, as it was when it was looked at.
struct FileVersion: Equatable {
    private let device: UInt64
    private let file: UInt64
    private let size: Int
    private let changedAt: [Int]

    /// Nil where there is none.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        file = UInt64(status.st_ino)
        size = Int(status.st_size)
        changedAt = [Int(status.st_ctim.tv_sec), Int(status.st_ctim.tv_nsec)]
    }

    /// Those of several files; where there is none there is no entry.
    static func of(_ paths: [String]) -> [String: FileVersion] {
        Dictionary(paths.compactMap { path in FileVersion(of: path).map { (path, $0) } }) { first, _ in first }
    }
}
