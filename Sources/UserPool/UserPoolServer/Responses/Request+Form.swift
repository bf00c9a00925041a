import Accounts
import Hummingbird
import NIOCore
import Operations

extension Request {
    /// The query as it came, without the question mark.
    var rawQuery: String { uri.query ?? "" }

    /// The decoded query; nil when it is malformed.
    var queryForm: FormParameters? { FormParameters(rawQuery.utf8) }

    /// The decoded body; nil when it is no form or malformed.
    ///
    /// - Parameter seconds: how long it may take to arrive.
    /// - Throws: 413 when it is larger than ``PoolContext/maximumBody``, 408 when it takes longer.
    func bodyForm(within seconds: Int) async throws -> FormParameters? {
        let type = headers[.contentType]?.split(separator: ";").first?.lowercased()
        guard type?.filter({ $0 != " " }) == "application/x-www-form-urlencoded" else { return nil }
        do {
            let body = try await withDeadline(.seconds(seconds)) { [body] in
                try await body.collect(upTo: PoolContext.maximumBody)
            }
            return FormParameters(body.readableBytesView)
        } catch is DeadlineExceeded {
            throw HTTPError(.requestTimeout)
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
    }
}
