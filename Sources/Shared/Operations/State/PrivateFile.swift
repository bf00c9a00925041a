/// Files that an operator asks for and that hold what others must not read.
public enum PrivateFile {
    /// Writes a new file, for its owner alone (0600), on disk before this returns.
    ///
    /// - Throws: when something of this name is there already, or the file cannot be written.
    public static func create(_ path: String, with bytes: [UInt8]) throws(OperationsError) {
        guard try File.create(path, with: bytes, mode: 0o600) else {
            throw OperationsError("\(path) exists already. Name another file, or move it away.")
        }
    }
}
