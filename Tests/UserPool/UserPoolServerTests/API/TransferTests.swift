import Hummingbird
import HummingbirdTesting
import Identity
import Synchronization
import Testing

@testable import UserPoolServer

/// Users on their way from one pool to another.
@Suite struct TransferTests {
    @Test("what is exported is imported elsewhere: the same id, groups, state and password")
    func roundTrip() async throws {
        let source = try await APIFixture()
        let records = Mailbox()
        try await source.test { admin, _ in
            _ = try await admin(.adminDisableUser, ["Username": "newcomer"])
            records.put(try #require(try await admin(.exportUsers)["Users"]?.array))
        }
        let exported = records.take()
        #expect(exported.count == 2)
        #expect(exported.allSatisfy { $0.object?["passwordHash"]?.string?.hasPrefix("$scrypt$") == true })

        try await APIFixture().test { admin, anybody in
            let pool = try #require(try await admin(.createUserPool, ["PoolName": "new"])["UserPool.Id"])
            let client = try #require(
                try await admin(
                    .createUserPoolClient,
                    ["UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]])[
                        "UserPoolClient.ClientId"])
            func take() async throws -> [String] {
                let answer = try await admin(.importUsers, ["UserPoolId": pool, "Users": .array(exported)])
                return (answer["Results"]?.array ?? []).compactMap { $0.object?["result"]?.string }
            }
            #expect(try await take() == ["imported", "imported"])
            #expect(try await take() == ["exists", "exists"])
            let again = try await admin(.exportUsers, ["UserPoolId": pool])["Users"]?.array ?? []
            #expect(again == exported)
            let signedIn = try await anybody(
                .initiateAuth,
                [
                    "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
                    "AuthParameters": ["USERNAME": "admin", "PASSWORD": .string(PoolFixture.password)],
                ])
            #expect(signedIn["AuthenticationResult.IdToken"] != nil, "\(signedIn)")
        }
    }

    @Test("a record that cannot be taken says why, and keeps no other out")
    func refusals() async throws {
        try await APIFixture().test { admin, _ in
            let hash = "$scrypt$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
            let known = try #require(try await admin(.exportUsers)["Users"]?.array?.first?.object?["sub"])
            let records: [JSONValue] = [
                ["username": "a", "passwordHash": "md5:1"],
                ["username": "b", "passwordHash": "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AAAA"],
                ["username": "c", "status": "CONFIRMED"], ["username": "d", "attributes": ["nonsense": "x"]],
                ["username": "e", "passwordHash": .string(hash), "sub": known],
                ["username": "f", "passwordHash": .string(hash)], ["username": "g"],
            ]
            let results = try await admin(.importUsers, ["Users": .array(records)])["Results"]?.array ?? []
            #expect(
                results.compactMap { $0.object?["result"]?.string }
                    == ["refused", "refused", "refused", "refused", "refused", "imported", "imported"])
            #expect(results.prefix(5).allSatisfy { $0.object?["reason"]?.string?.isEmpty == false })
            #expect(try await admin(.adminGetUser, ["Username": "f"])["UserStatus"] == "CONFIRMED")
            #expect(try await admin(.adminGetUser, ["Username": "g"])["UserStatus"] == "RESET_REQUIRED")
            expect(
                try await admin(.importUsers, ["Users": [["username": "h", "sub": "x"]]]),
                refuses: "InvalidParameterException")
            #expect(!"\(results)".contains("md5:1"), "a hash is not repeated")
        }
    }

    @Test("the header of Cognito's import has the pool's own attributes")
    func header() async throws {
        try await APIFixture().test { admin, _ in
            _ = try await admin(.addCustomAttributes, ["CustomAttributes": [["Name": "team"]]])
            let header = try await admin(.getCSVHeader)["CSVHeader"]?.array ?? []
            #expect(header.contains("cognito:username") && header.contains("custom:team"))
        }
    }

    @Test("a pool made by the API publishes its keys at its issuer; an unknown one is not found")
    func metadata() async throws {
        try await APIFixture().test { admin, anybody in
            let pool = try #require(try await admin(.createUserPool, ["PoolName": "new"])["UserPool.Id"]?.string)
            let found = try await anybody.client.execute(uri: "/\(pool)/.well-known/openid-configuration", method: .get)
            #expect(String(buffer: found.body).contains("https://localhost:8444/\(pool)"))
            let keys = try await anybody.client.execute(uri: "/\(pool)/.well-known/jwks.json", method: .get)
            let own = try await anybody.client.execute(uri: "/\(APIFixture.pool)/.well-known/jwks.json", method: .get)
            #expect(keys.status == .ok && own.status == .ok && keys.body != own.body)
            let none = try await anybody.client.execute(uri: "/local_Nowhere12/.well-known/jwks.json", method: .get)
            #expect(none.status == .notFound)
        }
    }
}

/// Hands records from one fixture to the next.
private final class Mailbox: Sendable {
    private let records = Mutex<[JSONValue]>([])

    func put(_ new: [JSONValue]) { records.withLock { $0 = new } }
    func take() -> [JSONValue] { records.withLock { $0 } }
}
