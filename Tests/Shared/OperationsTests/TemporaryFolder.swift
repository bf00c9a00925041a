import Foundation
import Glibc

/// A folder of its own for one test, removed with what is in it when the value goes away.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        // Short, because the paths of sockets in it are limited.
        path = "/tmp/gh-" + String(UInt64.random(in: .min ... .max), radix: 36)
        mkdir(path, 0o700)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws {
        try text.write(toFile: self(name), atomically: true, encoding: .utf8)
        chmod(self(name), mode)
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: self(name), encoding: .utf8)
    }

    /// The permission bits of a file below this folder.
    func mode(_ name: String) -> mode_t {
        var status = stat()
        stat(self(name), &status)
        return status.st_mode & 0o7777
    }
}
