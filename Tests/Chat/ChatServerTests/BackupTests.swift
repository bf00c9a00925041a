import Conversations
import Foundation
import Operations
import Testing

@testable import ChatServer

/// What is copied while it is in use comes back whole.
@Suite(.timeLimit(.minutes(1))) struct BackupTests {
    private let folder: URL
    private let state: StateDirectory
    private let configuration: ChatConfiguration
    private let identity = UserIdentity(issuer: "i", subject: "ann", displayName: "Ann")

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("b-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        state = StateDirectory.resolve(flag: folder.appendingPathComponent("s").path, environment: [:])
        try state.prepare()
        configuration = ChatConfiguration(
            socketPath: state.resolve("run/chat.sock"), databasePath: state.resolve("data/chat.sqlite"),
            identity: .init(keysDirectory: "", signer: "", issuer: "", client: ""))
    }

    private var copies: String { folder.appendingPathComponent("copies").path }

    private func open() throws -> SQLiteConversationStore {
        try SQLiteConversationStore(path: configuration.databasePath)
    }

    /// A conversation with a file, and its identifier.
    private func talk(in store: SQLiteConversationStore) async throws -> (id: ConversationID, file: AttachmentID) {
        let owner = try await store.user(for: identity, now: .now).id
        let id = try await store.createConversation(title: nil, of: owner, now: .now).id
        let file = try await store.attach(
            InspectedFile(name: "plums.txt", bytes: Array("Mirabelles".utf8)), to: id, of: owner, now: .now)
        let model = OfflineModel().descriptor
        let turn = try await store.beginTurn(
            in: id, of: owner, asking: .ask(try MessageText("When?"), attachments: [file.id]), model: model, now: .now)
        try await store.finish(
            turn.answer.id, of: owner, with: MessageEnding(content: "In August.", status: .complete), now: .now)
        return (id, file.id)
    }

    @Test func aConversationSurvives() async throws {
        let backup = ChatBackup(configuration, state: state)
        var store = try open()
        let (id, file) = try await talk(in: store)
        try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: true)
        // In the middle of use: an answer is being written, and what has been committed last is in the log alone.
        #expect(try await backup.make(in: copies) == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: copies) == ["chat.sqlite"], "one file")
        let owner = try await store.user(for: identity, now: .now).id
        _ = try await store.deleteAllConversations(of: owner, now: .now)
        _ = try await store.purge(deletedBefore: Timestamp(milliseconds: 1 << 60), untouchedSince: nil)
        try await store.close()

        try #require(try await backup.restoring(from: copies)).finish()
        store = try open()
        let messages = try await store.messages(in: id, of: owner, before: nil, limit: 10, bytes: .max)?.messages
        #expect(messages?.map(\.content) == ["When?", "In August."])
        #expect(try await store.attachment(file, of: owner)?.1.bytes == Array("Mirabelles".utf8))
        let hits = try await store.search(try SearchQuery("august"), of: owner, limit: 10)
        #expect(hits.count == 1, "what is found is back, too")
        try await store.close()
        #expect(FileManager.default.fileExists(atPath: configuration.databasePath + ".before-restore"))
    }

    @Test func nothingIsChangedWhileTheChatRunsOrByABadCopy() async throws {
        let backup = ChatBackup(configuration, state: state)
        let store = try open()
        let (id, _) = try await talk(in: store)
        try await store.close()
        try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: true)
        #expect(try await backup.restoring(from: copies) == nil, "a backup without a chat")
        #expect(try await backup.make(in: copies) == 1)
        do {
            let claim = try UnixSocket.claim(path: configuration.socketPath)
            await #expect(throws: OperationsError.self) { try await backup.restoring(from: copies) }
            withExtendedLifetime(claim) {}
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: copies + "/chat.sqlite"))
        bytes.replaceSubrange(4096..<20_480, with: Data(repeating: 0x5A, count: 16_384))
        for bad in [bytes, Data("no database".utf8), Data()] {
            try bad.write(to: URL(fileURLWithPath: copies + "/chat.sqlite"))
            await #expect(throws: OperationsError.self) { try await backup.restoring(from: copies) }
        }
        let after = try open()
        let owner = try await after.user(for: identity, now: .now).id
        #expect(try await after.conversation(id, of: owner) != nil)
        try await after.close()
    }

    @Test func whereThereIsNoChatThereIsNothingToCopy() async throws {
        #expect(try await ChatBackup(configuration, state: state).make(in: copies) == 0)
    }
}
