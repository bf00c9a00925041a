import Accounts
import Identity
import UserPoolStore

/// Groups of a pool and who is in them.
struct GroupOperations: Sendable {
    let pool: Pool

    func perform(_ operation: APIOperation, _ input: APIInput) async throws -> APIOutput {
        switch operation {
        case .createGroup: return try await create(input)
        case .getGroup: return .document(["Group": document(try await group(input))])
        case .updateGroup: return try await update(input)
        case .deleteGroup:
            guard try await pool.store.deleteGroup(named: input.text("GroupName")) else { throw APIError.groupNotFound }
            return .empty
        case .listGroups: return try await list(input)
        case .adminAddUserToGroup:
            let user = try await pool.user(input.text("Username"))
            guard try await pool.store.addMember(user.subject, to: input.text("GroupName")) else {
                throw APIError.groupNotFound
            }
            return .empty
        case .adminRemoveUserFromGroup:
            let user = try await pool.user(input.text("Username"))
            _ = try await group(input)
            try await pool.store.removeMember(user.subject, from: input.text("GroupName"))
            return .empty
        case .adminListGroupsForUser: return try await groupsOfUser(input)
        default: return try await members(input)
        }
    }

    private func group(_ input: APIInput) async throws -> UserGroup {
        guard let group = try await pool.store.group(named: input.text("GroupName")) else {
            throw APIError.groupNotFound
        }
        return group
    }

    private func create(_ input: APIInput) async throws -> APIOutput {
        let now = pool.now
        let group = UserGroup(
            name: input.text("GroupName"), description: input.optionalText("Description"),
            roleARN: input.optionalText("RoleArn"), precedence: input.integer("Precedence"), createdAt: now,
            modifiedAt: now)
        guard try await pool.store.groups(limit: Self.mostGroups).count < Self.mostGroups else {
            throw APIError.limitExceeded("A user pool has at most \(Self.mostGroups) groups.")
        }
        do {
            try await pool.store.createGroup(group)
        } catch is UserPoolStore.GroupExists {
            throw APIError.groupExists("A group with the name already exists.")
        }
        return .document(["Group": document(group)])
    }

    /// What is left out stays as it is.
    private func update(_ input: APIInput) async throws -> APIOutput {
        var group = try await group(input)
        if let description = input.optionalText("Description") { group.description = description }
        if let role = input.optionalText("RoleArn") { group.roleARN = role }
        if let precedence = input.integer("Precedence") { group.precedence = precedence }
        group.modifiedAt = pool.now
        guard try await pool.store.updateGroup(group) else { throw APIError.groupNotFound }
        return .document(["Group": document(group)])
    }

    private func list(_ input: APIInput) async throws -> APIOutput {
        let limit = pool.limit(input)
        let list = "ListGroups \(pool.id)"
        let first = try PageToken.key(in: input.optionalText("NextToken"), of: list, now: pool.now)
        let found = try await pool.store.groups(after: first, limit: limit + 1)
        let page = ListPage(found, limit: limit, list: list, now: pool.now, key: \.name)
        return .document(
            .members([
                "Groups": .array(page.items.map(document)), "NextToken": page.nextToken.map(JSONValue.string),
            ]))
    }

    private func groupsOfUser(_ input: APIInput) async throws -> APIOutput {
        let user = try await pool.user(input.text("Username"))
        let limit = pool.limit(input)
        let list = "AdminListGroupsForUser \(pool.id) \(user.subject)"
        let first = try PageToken.key(in: input.optionalText("NextToken"), of: list, now: pool.now)
        // A user is in a hundred groups at most: they are read at once and cut here.
        let all = try await pool.store.groups(of: user.subject)
        let begin = first.flatMap { name in all.firstIndex { $0.name == name }.map { $0 + 1 } } ?? 0
        let page = ListPage(Array(all.dropFirst(begin)), limit: limit, list: list, now: pool.now, key: \.name)
        return .document(
            .members([
                "Groups": .array(page.items.map(document)), "NextToken": page.nextToken.map(JSONValue.string),
            ]))
    }

    private func members(_ input: APIInput) async throws -> APIOutput {
        let group = try await group(input)
        let limit = pool.limit(input)
        let list = "ListUsersInGroup \(pool.id) \(group.name)"
        let first = try PageToken.key(in: input.optionalText("NextToken"), of: list, now: pool.now)
        let found = try await pool.store.members(
            of: group.name, after: first.flatMap { try? Username($0) }, limit: limit + 1)
        let page = ListPage(found, limit: limit, list: list, now: pool.now, key: \.username.key)
        return .document(
            .members([
                "Users": .array(page.items.map { $0.document() }), "NextToken": page.nextToken.map(JSONValue.string),
            ]))
    }

    private func document(_ group: UserGroup) -> JSONValue {
        .members([
            "GroupName": .string(group.name), "UserPoolId": .string(pool.id),
            "Description": group.description.map(JSONValue.string), "RoleArn": group.roleARN.map(JSONValue.string),
            "Precedence": group.precedence.map(JSONValue.integer), "CreationDate": .integer(group.createdAt),
            "LastModifiedDate": .integer(group.modifiedAt),
        ])
    }

    private static let mostGroups = 10_000
}
