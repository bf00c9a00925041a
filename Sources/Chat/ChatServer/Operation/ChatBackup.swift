import Conversations
import Foundation
public import Operations

/// A copy of the chat's database, with the files that users have attached, made while it is in use, and put back while it is not.
///
/// ```
/// FOLDER/chat.sqlite
/// ```
public struct ChatBackup: Sendable {
    private let configuration: ChatConfiguration
    private let state: StateDirectory

    /// Backups of the chat that `configuration` describes.
    public init(_ configuration: ChatConfiguration, state: StateDirectory) {
        self.configuration = configuration
        self.state = state
    }

    /// Makes a backup; works while the chat runs and while it does not.
    ///
    /// - Parameter folder: one that there is.
    /// - Returns: how many databases were copied: none where there is no chat yet.
    public func make(in folder: String) async throws -> Int {
        guard FileManager.default.fileExists(atPath: configuration.databasePath) else { return 0 }
        try await SQLiteConversationStore.backup(configuration.databasePath, to: folder + Self.name)
        return 1
    }

    /// Looks whether a backup can be put back, and sees to it that nobody uses what it replaces as long as the result is held.
    ///
    /// - Returns: what puts it back; nil where the folder holds no chat.
    /// - Throws: an `OperationsError` where the chat runs, or the copy is not sound.
    public func restoring(from folder: String) async throws -> Restoring? {
        let copy = folder + Self.name
        guard FileManager.default.fileExists(atPath: copy) else { return nil }
        try state.prepare()
        let claim = try UnixSocket.claim(path: configuration.socketPath)
        guard await SQLiteConversationStore.isSound(copy) else {
            throw OperationsError(
                "\(copy) is no sound copy of a chat's database, or of a newer version. Nothing was changed.")
        }
        return Restoring(copy: copy, path: configuration.databasePath, claim: claim)
    }

    /// A backup that can be put back.
    public struct Restoring: Sendable {
        fileprivate let copy: String
        fileprivate let path: String
        fileprivate let claim: UnixSocket.Claim

        /// Puts it in the place of what there is, which is kept beside it under a name that ends in `.before-restore`.
        public func finish() throws {
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
            try RestoredFile.stage(copy, for: path)
            try RestoredFile.replace(path)
        }
    }

    private static let name = "/chat.sqlite"
}
