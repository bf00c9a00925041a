import Accounts
import Identity
import UserPoolStore

/// A user on the way out of a pool or into one: a line of Gatehouse's own format, which keeps password hashes.
///
/// ```json
/// {"username":"ann","status":"CONFIRMED","enabled":true,"attributes":{"email":"ann@example.org"},"groups":["staff"],
///  "passwordHash":"$scrypt$ln=15,r=8,p=3$…","createdAt":1700000000}
/// ```
///
/// Second factors stay behind: their secrets are encrypted under a key of this installation.
enum UserRecord {
    /// The members and what they have to keep to.
    static let shape = Shape.structure([
        .required("username", .username),
        .optional("status", .text(TextRule(values: UserStatus.allCases.map(\.rawValue)))),
        .optional("sub", .text(TextRule(length: 36...36, pattern: (uuid.text, uuid.matches)))),
        .optional("enabled", .boolean),
        .optional("attributes", .map(key: TextRule(length: 1...32), value: TextRule(length: 0...2048, isSecret: true))),
        .optional("groups", .list(of: .groupName, count: 0...100)),
        .optional("passwordHash", .text(TextRule(length: 1...512, isSecret: true))),
        .optional("createdAt", .integer(0...253_402_300_799)),
    ])

    private static let uuid: TextRule.Pattern = (
        "[0-9a-f-]+", { $0.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil }
    )

    /// The record of a user.
    static func document(_ exported: ExportedUser) -> JSONValue {
        let user = exported.user
        return .members([
            "username": .string(user.username.text), "sub": .string(user.subject),
            "status": .string(user.status.rawValue), "enabled": .bool(user.isEnabled),
            "attributes": .object(user.attributes.mapValues(JSONValue.string)), "groups": .strings(user.groups),
            "passwordHash": exported.passwordHash.map(JSONValue.string), "createdAt": .integer(user.createdAt),
        ])
    }
}

/// ExportUsers and ImportUsers: Gatehouse's own operations, for `gatehouse users`.
struct TransferOperations: Sendable {
    let pool: Pool

    func perform(_ operation: APIOperation, _ input: APIInput) async throws -> APIOutput {
        switch operation {
        case .exportUsers: try await export(input)
        default: try await take(input)
        }
    }

    private func export(_ input: APIInput) async throws -> APIOutput {
        let list = "ExportUsers \(pool.id)"
        let first = try PageToken.key(in: input.optionalText("NextToken"), of: list, now: pool.now)
        let found = try await pool.store.exportUsers(
            after: first.flatMap { try? Username($0) }, limit: Self.pageSize + 1)
        let page = ListPage(found, limit: Self.pageSize, list: list, now: pool.now, key: \.user.username.key)
        return .document(
            .members([
                "Users": .array(page.items.map(UserRecord.document)), "NextToken": page.nextToken.map(JSONValue.string),
            ]))
    }

    /// Each record for itself: one that cannot be taken does not keep the others out. The answer says what became of each.
    private func take(_ input: APIInput) async throws -> APIOutput {
        let settings = try await pool.settings()
        var results: [JSONValue] = []
        for record in input.list("Users") ?? [] {
            do {
                try await take(record, settings)
                results.append(["username": .string(record.text("username")), "result": "imported"])
            } catch let error as APIError {
                results.append([
                    "username": .string(record.text("username")),
                    "result": error.type == "UsernameExistsException" ? "exists" : "refused",
                    "reason": .string(error.message),
                ])
            }
        }
        return .document(["Results": .array(results)])
    }

    private func take(_ record: APIInput, _ settings: PoolSettings) async throws {
        let username: Username
        do {
            username = try Username(record.text("username"))
        } catch {
            throw APIError.invalidParameter(error.description)
        }
        var attributes = record.map("attributes") ?? [:]
        attributes["sub"] = nil
        let hash = record.optionalText("passwordHash")
        // Without a password a user sets one by a code, as after Cognito's own import.
        let status =
            record.optionalText("status").flatMap(UserStatus.init) ?? (hash == nil ? .resetRequired : .confirmed)
        // Who has still to choose a password is asked then for what is required.
        if status == .forceChangePassword {
            try settings.check(attributes, isChange: false)
        } else {
            try settings.checkComplete(attributes)
        }
        guard hash != nil || status == .resetRequired else {
            throw APIError.invalidParameter("A user without a passwordHash has the status RESET_REQUIRED.")
        }
        let now = pool.now
        do {
            try await pool.store.importUser(
                ImportedUser(
                    subject: record.optionalText("sub"), username: username, status: status,
                    isEnabled: record.boolean("enabled") ?? true,
                    attributes: attributes, groups: record.texts("groups") ?? [], passwordHash: hash,
                    temporaryPasswordExpiresAt: status == .forceChangePassword
                        ? settings.rules.temporaryPasswordExpiry(now: now) : nil,
                    createdAt: min(record.integer("createdAt") ?? now, now)), now: now)
        } catch is UserPoolStore.UsernameExists {
            throw APIError.usernameExists("User account already exists")
        } catch let error as UserPoolStore.AliasExists {
            throw APIError.aliasExists("An account with the given \(error.attribute.rawValue) already exists.")
        } catch is UserPoolStore.SubjectExists {
            throw APIError.invalidParameter("Another user has this sub. Leave it out to have a new one made.")
        } catch is UserPoolStore.UnreadableHash {
            throw APIError.invalidParameter(
                "The passwordHash is no scrypt hash of this format: $scrypt$ln=…,r=…,p=…$salt$hash.")
        }
    }

    private static let pageSize = 200
}
