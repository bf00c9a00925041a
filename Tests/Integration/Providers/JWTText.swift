import Foundation
import ProcessTesting

/// Reads what a JWT says, without a look at its signature.
enum JWTText {
    /// The first part.
    static func header(_ token: String?) throws -> [String: Any] { try part(0, of: token) }

    /// The second part.
    static func claims(_ token: String?) throws -> [String: Any] { try part(1, of: token) }

    private static func part(_ index: Int, of token: String?) throws -> [String: Any] {
        let parts = (token ?? "").split(separator: ".")
        guard parts.count == 3 else { throw Failure("no JWT: \(token ?? "nothing")") }
        var text = String(parts[index]).replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        guard let data = Data(base64Encoded: text),
            let members = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { throw Failure("no JSON object in a JWT") }
        return members
    }
}
