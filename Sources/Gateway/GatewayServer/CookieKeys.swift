import Crypto
import Foundation
import Operations
import Sessions

/// The keys that seal sessions into cookies: files in `secrets/cookie-keys`, 32 bytes in base64 each, ordered by name with numbers by value.
///
/// The last one seals, all of them open. A key is replaced by adding a file with a later name on every gateway, and the old one may go when
/// no session of its time is left, after seven days.
enum CookieKeys {
    static let folder = "secrets/cookie-keys"

    /// Reads the keys, and makes the first where there is none.
    static func open(_ state: StateDirectory) throws -> SessionSeal {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: state.resolve(folder))) ?? []
        let names = found.filter { !$0.hasPrefix(".") }.sorted {
            $0.compare($1, options: .numeric) == .orderedAscending
        }
        return SessionSeal(keyMaterial: try (names.isEmpty ? ["1"] : names).map { try key($0, state) })
    }

    private static func key(_ name: String, _ state: StateDirectory) throws -> [UInt8] {
        let text = try state.secretText("cookie-keys/\(name)") {
            SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
        }
        guard let key = Data(base64Encoded: text), key.count == 32 else {
            throw OperationsError(
                "\(state.resolve("\(folder)/\(name)")) does not hold 32 bytes in base64. Correct it, or move it away.")
        }
        return Array(key)
    }
}
