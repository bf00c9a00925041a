import Foundation
import Identity
import Logging
import Operations
import Sessions
import Testing

@testable import GatewayServer

@Suite("The journal of sessions on disk") struct SessionJournalFileTests {
    private static let now = 1_000_000_000
    private static let provider = SessionProvider(issuer: "https://i.example", client: "c", cookieName: "cookie")
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
        .path
    private var path: String { folder + "/sessions.journal" }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func open(slack: Int = 1 << 20) async throws -> SessionStore {
        // The store of before lets go of the file's lock when its last write is done.
        for _ in 0..<500 {
            do {
                return try SessionJournal.open(
                    at: path, keyMaterial: [UInt8](repeating: 3, count: 32), providers: [Self.provider],
                    limits: .init(), now: Self.now, slack: slack, log: Logger(label: "test"))
            } catch let error as OperationsError where error.description.hasPrefix("Another gateway") {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        throw OperationsError("the journal stays locked")
    }

    private static func tokens(_ number: Int, round: Int) throws -> SessionTokens {
        SessionTokens(
            claims: try IdentityClaims(json: Array(#"{"sub":"user-\#(number)"}"#.utf8)),
            accessToken: "round-\(round)" + String(repeating: "x", count: 2000), accessTokenExpiry: nil, idToken: "i",
            refreshToken: "r-\(number)-\(round)", grantedAt: now)
    }

    private static func record(_ number: Int) throws -> (SessionRecord, SessionID) {
        let id = SessionID(random: (0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * min($0, 7))) })
        return (
            SessionRecord(
                id: id, provider: provider, tokens: try tokens(number, round: 0), createdAt: now, timeout: 600), id
        )
    }

    private static func listing(_ store: SessionStore) -> Set<String> {
        Set(store.list(now: now).map { "\($0.digest.text) \($0.subject) \($0.tokens.refreshToken ?? "")" })
    }

    private var length: Int {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue ?? 0
    }

    @Test("it is written anew while sessions begin, change and end, and loses none and revives none")
    func renewal() async throws {
        var expected: Set<String> = []
        do {
            let store = try await open(slack: 50_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<3 {
                    group.addTask {
                        for number in 0..<200 {
                            let (record, id) = try Self.record(worker * 1000 + number)
                            store.insert(record)
                            for round in 1...3 {
                                store.update(record.digest, try Self.tokens(worker * 1000 + number, round: round))
                            }
                            if number % 2 == 0 { store.end(id) }
                            if number % 20 == 0 { await store.settled() }
                        }
                    }
                }
                try await group.waitForAll()
            }
            await store.settled()
            expected = Self.listing(store)
            #expect(expected.count == 300 && expected.allSatisfy { $0.hasSuffix("-3") })
            // 600 sessions were written four times each; only history can be that much.
            for _ in 0..<500 where length > 2 * store.bytes + 50_000 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(length <= 2 * store.bytes + 50_000)
            store.insert(try Self.record(9999).0)
            await store.settled()
            expected = Self.listing(store)
        }
        let again = try await open()
        #expect(Self.listing(again) == expected)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
    }

    @Test("what was settled is in the file, whoever reads it")
    func settled() async throws {
        let store = try await open()
        for number in 0..<20 {
            store.insert(try Self.record(number).0)
            await store.settled()
            // As after a crash at this moment.
            let copy = folder + "/copy-\(number)"
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            chmod(copy, 0o600)
            let restored = try SessionJournal.open(
                at: copy, keyMaterial: [UInt8](repeating: 3, count: 32), providers: [Self.provider], limits: .init(),
                now: Self.now, log: Logger(label: "test"))
            #expect(Self.listing(restored) == Self.listing(store) && restored.count == number + 1)
            #expect(restored.list(now: Self.now).allSatisfy { $0.provider === Self.provider })
        }
    }
}
