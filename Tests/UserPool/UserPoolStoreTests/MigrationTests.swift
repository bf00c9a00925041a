import Accounts
import Foundation
import GRDB
import Testing

@testable import UserPoolStore

@Suite("Databases of earlier versions")
struct MigrationTests {
    @Test("Users, groups and refresh tokens of before go on; SRP comes with the next sign-in")
    func beforeAccounts() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pool-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/userpool.sqlite"
        let hash = try PasswordHash(hashing: "right", cost: StoreFixture.cheap).text
        let old = try DatabaseQueue(path: path)
        try UserPoolStore.migrator.migrate(old, upTo: "3 sessions of sign-ins, logout notices")
        try await old.write { database in
            try database.execute(
                sql: """
                    INSERT INTO user VALUES ('s1', 'Ada', 'ada', 'CONFIRMED', TRUE, '{"email":"a@b"}', ?, NULL, 5, 6);
                    INSERT INTO userGroup VALUES ('admin', '', 1, 7);
                    INSERT INTO membership VALUES ('s1', 'admin');
                    INSERT INTO signIn VALUES ('i1', 's1', 'app', 'openid', 8, 99999, NULL, NULL);
                    """, arguments: [hash])
            try database.execute(
                sql: "INSERT INTO refreshToken VALUES (?, 'i1', 99999)", arguments: [OpaqueToken.digest(of: "token")])
        }
        try old.close()

        let store = try UserPoolStore(path: path, passwordCost: StoreFixture.cheap)
        defer { try? store.close() }
        let ada = try #require(try await store.user(matching: "ada"))
        #expect(ada.createdAt == 5 && ada.modifiedAt == 6 && ada.groups == ["admin"] && ada.mfa == MFAState())
        #expect(
            try await store.group(named: "admin")
                == UserGroup(name: "admin", precedence: 1, createdAt: 7, modifiedAt: 7))
        #expect(try await store.signIn(refreshToken: "token", clientID: "app", now: 100)?.user == ada)

        let before = try await store.srpCredentials(matching: "ada")
        let again = try await store.srpCredentials(matching: "ADA")
        #expect(before == again && before.userID == "s1", "nothing tells that there is none yet")
        #expect(
            try await store.signIn(username: "ada", password: "right", from: .address("a"), nowMilliseconds: 1).user
                == ada)
        let after = try await store.srpCredentials(matching: "ada")
        #expect(after.salt != before.salt && after.userID == "s1")
        let outcome = try await store.signIn(
            username: "ada", kind: .browser, mfa: .off, from: .address("a"), nowMilliseconds: 2
        ) { $0 == after.verifier }
        #expect(outcome.user == ada)
    }
}
