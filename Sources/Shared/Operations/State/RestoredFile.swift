import Foundation

/// A copy that takes the place of a file or folder of the state folder, while nobody uses it: laid beside it first, which may fail, then moved.
///
/// Until the last step, which is a rename, the place is what it was or missing: no half copy is ever taken for the whole.
public enum RestoredFile {
    /// Lays a copy beside `path`, under the name ``staged(_:)``.
    ///
    /// - Returns: whether the log of a database came along. Backups of ours have none, a folder that somebody copied by hand may.
    @discardableResult
    public static func stage(_ copy: String, for path: String) throws -> Bool {
        let files = FileManager.default
        let staged = staged(path)
        // Left by a restore that was cut short.
        for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: staged + suffix) }
        try files.copyItem(atPath: copy, toPath: staged)
        guard files.fileExists(atPath: copy + "-wal") else { return false }
        try files.copyItem(atPath: copy + "-wal", toPath: staged + "-wal")
        return true
    }

    /// Where a copy for `path` waits.
    public static func staged(_ path: String) -> String { path + ".restoring" }

    /// Puts the staged copy where `path` is. What was there is kept beside it, with the log of a database, under a name that ends in
    /// `.before-restore`.
    public static func replace(_ path: String) throws {
        let files = FileManager.default
        if files.fileExists(atPath: path) {
            let old = path + ".before-restore"
            for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: old + suffix) }
            // The log first and along: after a crash the last changes stand in it alone.
            if files.fileExists(atPath: path + "-wal") {
                try files.moveItem(atPath: path + "-wal", toPath: old + "-wal")
            }
            try files.moveItem(atPath: path, toPath: old)
        }
        // What is left of another database must not be played back into this one.
        for suffix in ["-wal", "-shm"] { try? files.removeItem(atPath: path + suffix) }
        let staged = staged(path)
        if files.fileExists(atPath: staged + "-wal") {
            try files.moveItem(atPath: staged + "-wal", toPath: path + "-wal")
        }
        try files.moveItem(atPath: staged, toPath: path)
    }
}
