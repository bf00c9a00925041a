import Accounts
import Hummingbird

extension Request {
    /// The query as it came, without the question mark.
    var rawQuery: String { uri.query ?? "" }

    /// The decoded query; nil when it is malformed.
    var queryForm: FormParameters? { FormParameters(rawQuery.utf8) }

    /// The decoded body; nil when it is no form or malformed.
    ///
    /// - Throws: when it is larger than ``PoolContext/maximumBody``.
    mutating func bodyForm() async throws -> FormParameters? {
        let type = headers[.contentType]?.split(separator: ";").first?.lowercased()
        guard type?.filter({ $0 != " " }) == "application/x-www-form-urlencoded" else { return nil }
        let body = try await collectBody(upTo: PoolContext.maximumBody)
        return FormParameters(body.readableBytesView)
    }
}
