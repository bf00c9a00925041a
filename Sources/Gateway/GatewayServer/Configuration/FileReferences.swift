import ConfigurationReading
import Foundation
import Operations

/// Paths in a configuration: resolved against the state folder, and looked at where the file has to exist already.
struct FileReferences {
    let state: StateDirectory
    let environment: [String: String]

    /// The longest path a Unix socket can have, in bytes (`sockaddr_un`).
    static let socketPathLimit = 107

    /// The certificate authority the gateway makes for itself, trusted when a provider's certificate is checked.
    var localAuthority: String { state.certificatesDirectory(environment: environment) + "/ca.pem" }

    /// A file that has to be there and be readable.
    func existing(_ node: ConfigurationNode, _ key: String) -> String? {
        guard let path = node.optionalString(key).map(state.resolve) else { return nil }
        guard FileManager.default.isReadableFile(atPath: path) else {
            node.report(key, found: "\(path), which cannot be read", wanted: "a readable file")
            return path
        }
        return path
    }

    /// A secret's file, read whole, the line end at its end cut off. Never reported but by its path.
    func secret(_ node: ConfigurationNode, _ key: String) -> String? {
        guard let path = existing(node, key) else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return "" }
        let secret = text.trimmingCharacters(in: .newlines)
        if secret.isEmpty { node.report(key, found: "\(path), which is empty", wanted: "a file that holds the secret") }
        return secret
    }

    /// A Unix socket's path; whether somebody listens there is no matter of configuration.
    func socket(_ node: ConfigurationNode?, _ key: String, default fallback: String?) -> String {
        let path = state.resolve(node?.string(key, default: fallback) ?? fallback ?? "")
        if path.utf8.count > Self.socketPathLimit {
            node?.report(
                key, found: "\(path) (\(path.utf8.count) bytes)",
                wanted: "a path of at most \(Self.socketPathLimit) bytes, the system's limit for sockets")
        }
        return path
    }
}
