import Foundation

/// A copy that takes the place of a file or folder of the state folder, while nobody uses it.
public enum RestoredFile {
    /// Puts a copy where `path` is. What was there is kept beside it, with the log of a database, under a name that ends in
    /// `.before-restore`.
    ///
    /// Until the last step, which is a rename, `path` is what it was or missing: no half copy is ever taken for the whole.
    public static func put(_ copy: String, at path: String) throws {
        let files = FileManager.default
        // Left by a restore that was cut short.
        try? files.removeItem(atPath: path + ".restoring")
        try files.copyItem(atPath: copy, toPath: path + ".restoring")
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
        try files.moveItem(atPath: path + ".restoring", toPath: path)
    }
}
