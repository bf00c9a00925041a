import Accounts
import Identity
import UserPoolStore

/// ListUsers.
struct UserList: Sendable {
    let pool: Pool

    func page(_ input: APIInput) async throws -> APIOutput {
        let limit = pool.limit(input)
        let condition = try UserFilterParser.parse(input.optionalText("Filter") ?? "")
        let list = "ListUsers \(pool.id) \(input.optionalText("Filter") ?? "")"
        let first = try PageToken.key(in: input.optionalText("PaginationToken"), of: list, now: pool.now)
        let found = try await pool.store.users(
            where: condition, after: first.flatMap { try? Username($0) }, limit: limit + 1)
        let page = ListPage(found, limit: limit, list: list, now: pool.now, key: \.username.key)
        let wanted = input.texts("AttributesToGet")
        for name in wanted ?? [] {
            // Cognito refuses the whole list where one user lacks the attribute.
            guard page.items.allSatisfy({ name == "sub" || $0.attributes[name] != nil }) else {
                throw APIError.invalidParameter("One or more requested attributes do not exist for some users: \(name)")
            }
        }
        return .document(
            .members([
                "Users": .array(page.items.map { $0.document(wanted.map(Set.init)) }),
                "PaginationToken": page.nextToken.map(JSONValue.string),
            ]))
    }
}
