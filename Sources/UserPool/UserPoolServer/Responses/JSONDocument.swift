import Foundation
import Tokens

/// Small JSON objects, members in alphabetical order.
enum JSONDocument {
    /// `members` as an object.
    static func text(_ members: [String: ClaimValue]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(members), as: UTF8.self)
    }
}
