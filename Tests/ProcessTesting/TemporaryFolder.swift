import Foundation

/// A folder that goes away with its owner. Its path is short, because socket paths lie in it.
public final class TemporaryFolder: Sendable {
    /// Absolute, mode 0700.
    public let path: String

    /// Makes the folder.
    public init() throws {
        path = "/tmp/gh-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file and returns its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}
