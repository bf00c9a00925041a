import Accounts
import Identity
import UserPoolStore

/// Pools, their second factors, domains and tags.
struct PoolOperations: Sendable {
    let pools: PoolDirectory

    /// Operations that name no pool, or one by its ARN.
    func perform(_ operation: APIOperation, _ input: APIInput) async throws -> APIOutput {
        switch operation {
        case .createUserPool:
            let settings = try PoolSettings(creating: input, now: pools.now)
            let pool = try await pools.create(settings)
            return .document(["UserPool": try await describe(pool)])
        case .listUserPools: return try await list(input)
        case .describeUserPoolDomain: return try await describeDomain(input.text("Domain"))
        case .listTagsForResource:
            let settings = try await pools.settings(of: try await taggedPool(input))
            return .document(["Tags": .object(settings.tags.mapValues(JSONValue.string))])
        case .tagResource:
            let tags = input.map("Tags") ?? [:]
            try await pools.change(try await taggedPool(input)) { settings throws(APIError) in
                settings.tags = try PoolSettings.checkedTags(settings.tags.merging(tags) { $1 })
            }
            return .nothing
        default:
            let keys = input.texts("TagKeys") ?? []
            try await pools.change(try await taggedPool(input)) { settings throws(APIError) in
                for key in keys { settings.tags[key] = nil }
            }
            return .nothing
        }
    }

    /// Operations on one pool.
    func perform(_ operation: APIOperation, _ input: APIInput, in pool: Pool) async throws -> APIOutput {
        let now = pools.now
        switch operation {
        case .describeUserPool: return .document(["UserPool": try await describe(pool)])
        case .updateUserPool:
            try await pools.change(pool) { settings throws(APIError) in try settings.update(input, now: now) }
            return .nothing
        case .deleteUserPool:
            try await delete(pool)
            return .empty
        case .addCustomAttributes:
            try await pools.change(pool) { settings throws(APIError) in
                for attribute in input.list("CustomAttributes") ?? [] { try settings.add(attribute) }
                settings.modifiedAt = now
            }
            return .nothing
        case .setUserPoolMfaConfig:
            let settings = try await pools.change(pool) { settings throws(APIError) in
                try settings.setMFA(input, now: now)
            }
            return .document(settings.mfaDocument)
        case .getUserPoolMfaConfig: return .document(try await pools.settings(of: pool).mfaDocument)
        case .getCSVHeader:
            let custom = try await pools.settings(of: pool).customAttributeNames
            return .document([
                "UserPoolId": .string(pool.id), "CSVHeader": .strings(UserTable.columns(customAttributes: custom)),
            ])
        case .deleteUserPoolDomain:
            let domain = input.text("Domain")
            try await pools.change(pool) { settings throws(APIError) in
                guard settings.domain?.name == domain else { throw Self.noSuchDomain }
                settings.domain = nil
            }
            return .nothing
        default: return try await setDomain(input, of: pool, isNew: operation == .createUserPoolDomain)
        }
    }

    private func describe(_ pool: Pool) async throws -> JSONValue {
        try await pools.settings(of: pool).document(id: pool.id, userCount: try await pool.store.userCount())
    }

    private func list(_ input: APIInput) async throws -> APIOutput {
        let limit = input.integer("MaxResults") ?? 60
        let list = "ListUserPools"
        let first = try PageToken.key(in: input.optionalText("NextToken"), of: list, now: pools.now)
        let found = await pools.all().filter { $0.id > first ?? "" }
        let page = ListPage(found, limit: limit, list: list, now: pools.now, key: \.id)
        var summaries: [JSONValue] = []
        for pool in page.items { summaries.append(try await pools.settings(of: pool).summary(id: pool.id)) }
        return .document(
            .members(["UserPools": .array(summaries), "NextToken": page.nextToken.map(JSONValue.string)]))
    }

    private func delete(_ pool: Pool) async throws {
        let settings = try await pools.settings(of: pool)
        guard settings.domain == nil else {
            throw APIError.invalidParameter(
                "User pool cannot be deleted. It has a domain configured that should be deleted first.")
        }
        guard settings.members["DeletionProtection"]?.string != "ACTIVE", pools.isRemovable(pool) else {
            throw APIError.invalidParameter(
                "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be "
                    + "inactivated first.")
        }
        try await pools.delete(pool)
    }

    /// The pool an ARN names.
    private func taggedPool(_ input: APIInput) async throws -> Pool {
        let arn = input.text("ResourceArn")
        let id = String(arn.split(separator: "/").last ?? "")
        guard let pool = await pools.pool(id), PoolSettings.arn(ofPool: pool.id) == arn else {
            throw APIError.resourceNotFound("There is no user pool \(arn).")
        }
        return pool
    }

    // MARK: Domains

    private static let noSuchDomain = APIError.invalidParameter("No such domain or user pool exists.")

    private func setDomain(_ input: APIInput, of pool: Pool, isNew: Bool) async throws -> APIOutput {
        let name = input.text("Domain")
        let certificate = input.structure("CustomDomainConfig")?.text("CertificateArn")
        let version = input.integer("ManagedLoginVersion")
        if certificate == nil, ["aws", "amazon", "cognito"].contains(where: name.contains) {
            throw APIError.invalidParameter("Domain cannot contain reserved word: aws, amazon or cognito")
        }
        if isNew, let owner = try await pools.pool(ofDomain: name), owner.id != pool.id {
            throw APIError.invalidParameter("Domain already associated with another user pool.")
        }
        try await pools.change(pool) { settings throws(APIError) in
            if isNew, settings.domain != nil {
                throw .invalidParameter("The user pool already has a domain configured.")
            }
            if !isNew, settings.domain?.name != name { throw Self.noSuchDomain }
            settings.domain = .init(name: name, managedLoginVersion: version, certificate: certificate)
        }
        return .document(
            .members([
                "ManagedLoginVersion": version.map(JSONValue.integer),
                "CloudFrontDomain": certificate.map { _ in .string(Self.distribution) },
            ]))
    }

    /// An unknown domain is no error: the description is empty.
    private func describeDomain(_ name: String) async throws -> APIOutput {
        guard let pool = try await pools.pool(ofDomain: name),
            let domain = try await pools.settings(of: pool).domain
        else { return .document(["DomainDescription": [:]]) }
        return .document([
            "DomainDescription": .members([
                "UserPoolId": .string(pool.id), "AWSAccountId": .string(PoolSettings.account), "Domain": .string(name),
                "S3Bucket": "gatehouse-local", "CloudFrontDistribution": .string(Self.distribution), "Version": "1",
                "Status": "ACTIVE", "ManagedLoginVersion": domain.managedLoginVersion.map(JSONValue.integer),
                "CustomDomainConfig": domain.certificate.map { ["CertificateArn": .string($0)] },
            ])
        ])
    }

    /// What stands where real pools name a content delivery network. Ends in a name that never resolves (RFC 6761).
    private static let distribution = "gatehouse-local.invalid"
}
