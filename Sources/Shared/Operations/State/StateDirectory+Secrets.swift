import Foundation

extension StateDirectory {
    /// The secret `secrets/NAME`: read, or made once and kept (file 0600, on disk before this returns).
    ///
    /// Of several processes that ask at once for a missing secret, one makes it and all get that one.
    ///
    /// - Parameters:
    ///   - name: a file name, or a path below `secrets/` ("userpool/key-1.pem").
    ///   - make: makes the secret's bytes; not empty. Called at most once, and only if there is none.
    /// - Throws: when the file cannot be read or written, is empty, or is open to other users.
    public func secret(_ name: String, make: () -> [UInt8]) throws(OperationsError) -> [UInt8] {
        let file = resolve("secrets/\(name)")
        if let found = try File.readPrivate(file) { return try notEmpty(found, file) }
        try File.makeFolder(resolve("secrets"), mode: 0o700)
        if let folder = File.folder(of: file) { try File.makeFolder(folder, mode: 0o700) }
        let made = make()
        precondition(!made.isEmpty, "the secret \(name) was made empty")
        if try File.create(file, with: made, mode: 0o600) { return made }
        guard let first = try File.readPrivate(file) else {
            throw OperationsError("\(file) vanished while it was being read. Start again.")
        }
        return try notEmpty(first, file)
    }

    /// A secret that is text, such as a password; white space at its ends (an editor's newline) is left out.
    public func secretText(_ name: String, make: () -> String) throws(OperationsError) -> String {
        let bytes = try secret(name) { Array(make().utf8) }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw emptySecret(resolve("secrets/\(name)")) }
        return text
    }

    /// Whether `secrets/NAME` has been made.
    public func hasSecret(_ name: String) throws(OperationsError) -> Bool {
        try File.readPrivate(resolve("secrets/\(name)")) != nil
    }

    /// The secret text in a file anywhere, without white space at its ends; `nil` where there is none.
    ///
    /// - Throws: when the file belongs to another user, is open to others, is a symbolic link, or cannot be read.
    public static func readSecret(_ file: String) throws(OperationsError) -> String? {
        guard let bytes = try File.readPrivate(file) else { return nil }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func notEmpty(_ bytes: [UInt8], _ file: String) throws(OperationsError) -> [UInt8] {
        guard !bytes.isEmpty else { throw emptySecret(file) }
        return bytes
    }

    private func emptySecret(_ file: String) -> OperationsError {
        OperationsError("\(file) is empty. Delete it to have a new one made, or put the secret back.")
    }
}
