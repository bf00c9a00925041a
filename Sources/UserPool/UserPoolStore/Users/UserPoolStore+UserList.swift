public import Accounts
import GRDB

/// A condition on users, as `ListUsers` has it (service model, `Filter`).
public struct UserFilter: Sendable, Equatable {
    /// What is looked at.
    public enum Attribute: Sendable, Equatable {
        /// The username, with regard to case.
        case username
        /// The user's id.
        case subject
        /// `cognito:user_status`, without regard to case.
        case status
        /// `status`: `Enabled` or `Disabled`.
        case isEnabled
        /// A standard attribute such as `email`.
        case attribute(String)
    }

    /// What is looked at.
    public let attribute: Attribute
    /// What it has to be, or to begin with.
    public let value: String
    /// Whether it need only begin so.
    public let isPrefix: Bool

    /// A condition.
    public init(attribute: Attribute, value: String, isPrefix: Bool) {
        self.attribute = attribute
        self.value = value
        self.isPrefix = isPrefix
    }

    /// The condition in SQL with its arguments.
    fileprivate var condition: (sql: String, arguments: StatementArguments) {
        let column: String
        var arguments: StatementArguments = []
        var value = value
        switch attribute {
        case .username: column = "username"
        case .subject: column = "subject"
        case .status:
            column = "status"
            value = value.uppercased()
        case .isEnabled: column = "CASE WHEN isEnabled THEN 'Enabled' ELSE 'Disabled' END"
        case .attribute(let name):
            column = "json_extract(attributes, ?)"
            // Quoted, for names may hold a colon; none holds a quote.
            arguments += ["$.\"\(name.filter { $0 != "\"" })\""]
        }
        guard isPrefix else { return ("\(column) = ?", arguments + [value]) }
        // Not LIKE, in which % and _ mean something and case nothing.
        return ("substr(\(column), 1, ?) = ?", arguments + [value.unicodeScalars.count, value])
    }
}

extension UserPoolStore {
    /// Users by name.
    ///
    /// - Parameters:
    ///   - username: the last one of the page before; nil for the first page.
    ///   - limit: the most.
    public func users(
        where filter: UserFilter? = nil, after username: Username? = nil, limit: Int
    ) async throws -> [User] {
        let (sql, arguments) = filter?.condition ?? ("TRUE", [])
        let all = arguments + [username?.key ?? "", limit]
        return try await database.read { database in
            try UserRow.fetchAll(
                database, where: "(\(sql)) AND usernameKey > ? ORDER BY usernameKey LIMIT ?", all
            ).map(\.user)
        }
    }
}
