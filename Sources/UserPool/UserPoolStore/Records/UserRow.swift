import Accounts
import Foundation
import GRDB

/// A user as the database has it, with what never leaves the store.
struct UserRow {
    var user: User
    var passwordHash: PasswordHash?
    var temporaryPasswordExpiresAt: Int?
    /// The salt and the encrypted verifier of SRP; nil for a password that was set before there were any.
    var srp: (salt: Data, sealedVerifier: Data)?

    /// The user with the id `subject`.
    static func fetch(_ database: Database, subject: String) throws -> UserRow? {
        try fetchAll(database, where: "subject = ?", [subject]).first
    }

    /// The user called `username`.
    static func fetch(_ database: Database, username: Username) throws -> UserRow? {
        try fetchAll(database, where: "usernameKey = ?", [username.key]).first
    }

    /// The user somebody means who writes `text`: a username, else a user's id, else an alias.
    ///
    /// - Parameter orSubject: false where nobody is signed in yet: SRP tells an id for every name, and only a real one would be a
    ///   user's.
    static func fetch(_ database: Database, matching text: String, orSubject: Bool = true) throws -> UserRow? {
        guard let username = try? Username(text) else { return nil }
        if let row = try fetch(database, username: username) { return row }
        if orSubject, let row = try fetch(database, subject: username.key) { return row }
        let subject = try String.fetchOne(
            database, sql: "SELECT subject FROM alias WHERE key = ? ORDER BY kind LIMIT 1", arguments: [username.key])
        return try subject.flatMap { try fetch(database, subject: $0) }
    }

    /// The users for which `condition` holds, with what follows it in SQL (an order, a limit).
    static func fetchAll(
        _ database: Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [UserRow] {
        try Row.fetchAll(database, sql: "SELECT * FROM user WHERE \(condition)", arguments: arguments).map { row in
            let subject: String = row["subject"]
            return try UserRow(
                row, groups: try GroupRow.groups(of: subject, in: database),
                token: try Row.fetchOne(
                    database, sql: "SELECT deviceName FROM softwareToken WHERE subject = ? AND isVerified",
                    arguments: [subject]))
        }
    }

    private init(_ row: Row, groups: [UserGroup], token: Row?) throws {
        let attributes: String = row["attributes"]
        guard let username = try? Username(row["username"] as String), let status = UserStatus(rawValue: row["status"])
        else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a user has a name or status that cannot be")
        }
        user = User(
            subject: row["subject"], username: username, status: status, isEnabled: row["isEnabled"],
            attributes: try JSONDecoder().decode([String: String].self, from: Data(attributes.utf8)),
            groups: groups.map(\.name), roles: UserGroup.roles(of: groups),
            preferredRole: UserGroup.preferredRole(of: groups),
            mfa: MFAState(
                hasVerifiedToken: token != nil, isEnabled: row["isMFAEnabled"] && token != nil,
                isPreferred: row["isMFAPreferred"] && token != nil, deviceName: token?["deviceName"]),
            createdAt: row["createdAt"], modifiedAt: row["modifiedAt"])
        passwordHash = (row["passwordHash"] as String?).flatMap(PasswordHash.init)
        temporaryPasswordExpiresAt = row["temporaryPasswordExpiresAt"]
        if let salt = row["srpSalt"] as Data?, let verifier = row["srpVerifier"] as Data? { srp = (salt, verifier) }
    }
}
