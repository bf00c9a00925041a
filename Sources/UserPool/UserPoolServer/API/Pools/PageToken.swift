import Foundation
import Tokens

/// Where the next page of a list begins: opaque to callers, good for an hour, and for the list alone that gave it.
enum PageToken {
    private struct Content: Codable {
        let list: String
        let key: String
        let madeAt: Int
    }

    /// The token behind the last item of a page.
    ///
    /// - Parameters:
    ///   - list: names the operation and what it is asked about.
    ///   - now: Unix seconds.
    static func make(after key: String, of list: String, now: Int) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(Content(list: list, key: key, madeAt: now)) else {
            preconditionFailure("texts and a number can be encoded")
        }
        return Base64URL.encode(data)
    }

    /// The key to go on after; nil for no token.
    ///
    /// - Throws: ``APIError`` for one that is no token of this list, or too old.
    static func key(in token: String?, of list: String, now: Int) throws(APIError) -> String? {
        guard let token else { return nil }
        var text = token.replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        guard let data = Data(base64Encoded: text), let content = try? JSONDecoder().decode(Content.self, from: data),
            content.list == list
        else { throw .invalidParameter("Invalid pagination token given.") }
        guard content.madeAt <= now, content.madeAt > now - lifetime else {
            throw .invalidParameter("The pagination token has expired. Begin the list anew.")
        }
        return content.key
    }

    private static let lifetime = 3600
}

/// A page of a list, read with one item more than it may have, which tells whether there is another page.
struct ListPage<Item> {
    let items: [Item]
    let nextToken: String?

    init(_ read: [Item], limit: Int, list: String, now: Int, key: (Item) -> String) {
        items = Array(read.prefix(limit))
        nextToken = read.count > limit ? items.last.map { PageToken.make(after: key($0), of: list, now: now) } : nil
    }
}
