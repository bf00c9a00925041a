import Crypto
import FoundationEssentials
import Synchronization

/// The public keys of a folder, by key id.
///
/// The folder is always read as a whole, so no path is ever made from a token, and a storm of unknown key ids costs one listing a second.
final class IdentityKeys: Sendable {
    private struct State {
        var keys: [String: P256.Signing.PublicKey] = [:]
        var readAt: Int?
    }

    private let directory: String
    private let state = Mutex(State())

    init(directory: String) {
        self.directory = directory
    }

    /// The key of that id, or nil.
    /// - Parameter now: seconds since 1970.
    func key(_ id: String, now: Int) -> P256.Signing.PublicKey? {
        state.withLock { state in
            let known = state.keys[id]
            let age = state.readAt.map { abs(now - $0) } ?? .max
            guard age >= (known == nil ? Self.retryInterval : Self.refreshInterval) else { return known }
            state.keys = Self.read(directory)
            state.readAt = now
            return state.keys[id]
        }
    }

    private static func read(_ directory: String) -> [String: P256.Signing.PublicKey] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        var keys: [String: P256.Signing.PublicKey] = [:]
        for name in names where name.hasSuffix(".pem") {
            guard let data = FileManager.default.contents(atPath: directory + "/" + name),
                let key = try? P256.Signing.PublicKey(pemRepresentation: String(decoding: data, as: UTF8.self))
            else { continue }  // half a file or another kind of key: as good as absent
            keys[String(name.dropLast(4))] = key
        }
        return keys
    }

    /// Seconds between two readings when keys are asked for that are not there.
    private static let retryInterval = 1

    /// Seconds after which a removed key is forgotten.
    private static let refreshInterval = 60
}
