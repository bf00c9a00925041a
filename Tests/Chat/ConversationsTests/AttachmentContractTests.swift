import Conversations
import Foundation
import Testing

/// What any store must do with files.
@Suite struct AttachmentContractTests {
    private let model = ModelDescriptor(provider: "test", modelID: "test-1", label: "Test", simulated: true)
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    private func user(_ subject: String = "ann", in store: any ConversationStore) async throws -> UserID {
        try await store.user(
            for: UserIdentity(issuer: "https://one", subject: subject, displayName: subject), now: now
        ).id
    }

    private func file(_ text: String) throws -> InspectedFile {
        try InspectedFile(name: "\(text).txt", bytes: Array(text.utf8))
    }

    @Test(arguments: StoreKind.allCases) func filesGoWithTheirMessage(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        let one = try await store.attach(file("one"), to: id, of: ann, now: now)
        let two = try await store.attach(file("two"), to: id, of: ann, now: now)
        let turn = try await store.beginTurn(
            in: id, of: ann, asking: .ask(try MessageText("Read"), attachments: [two.id, one.id]), model: model,
            now: now)
        try await store.finish(
            turn.answer.id, of: ann, with: MessageEnding(content: "y", status: .complete), now: now)
        func page() async throws -> MessagePage? {
            try await store.messages(in: id, of: ann, before: nil, limit: 9, bytes: 999)
        }
        #expect(try await page()?.attachments == [turn.question.id: [two, one]])
        #expect(two.name == "two.txt" && two.format == "txt" && two.byteCount == 3 && !two.isImage)
        let stored = try #require(try await store.attachment(one.id, of: ann))
        #expect(stored.0 == one && stored.1 == .document(format: .txt, bytes: Array("one".utf8)))
        // Another wording has the same files.
        let edited = try await store.beginTurn(
            in: id, of: ann, asking: .edit(turn.question.id, try MessageText("Read them")), model: model, now: now)
        #expect(try await page()?.attachments == [edited.question.id: [two, one]])
        let history = try await store.history(before: edited.answer, of: ann, bytes: 999).map(\.id)
        #expect(try await store.attachments(of: history, of: ann, bytes: 6)[edited.question.id]?.count == 2)
        #expect(try await store.attachments(of: history, of: ann, bytes: 5)[edited.question.id]?.count == 1)
        #expect(try await store.detach(one.id, of: ann) == false, "a message has it")
    }

    @Test(arguments: StoreKind.allCases) func filesAreTheirOwners(kind: StoreKind) async throws {
        let store = try kind.makeStore(limits: .init(bytesPerUser: 5_000))
        let ann = try await user(in: store)
        let ben = try await user("ben", in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        let other = try await store.createConversation(title: nil, of: ann, now: now).id
        let bens = try await store.createConversation(title: nil, of: ben, now: now).id
        let one = try await store.attach(file("one"), to: id, of: ann, now: now)
        #expect(try await store.attachment(one.id, of: ben) == nil)
        #expect(try await store.detach(one.id, of: ben) == false)
        await #expect(throws: ConversationStoreError.notFound) {
            try await store.attach(file("x"), to: id, of: ben, now: now)
        }
        for (conversation, owner) in [(bens, ben), (other, ann)] {
            await #expect(throws: ConversationStoreError.notFound) {
                try await store.beginTurn(
                    in: conversation, of: owner, asking: .ask(try MessageText("x"), attachments: [one.id]),
                    model: model,
                    now: now)
            }
            #expect(try await store.conversation(conversation, of: owner)?.messageCount == 0, "all or nothing")
        }
        await #expect(throws: ConversationStoreError.tooManyBytes(limit: 5_000)) {
            try await store.attach(file(String(repeating: "x", count: 4_500)), to: id, of: ann, now: now)
        }
        // Of a deleted conversation nothing is shown; unsent files go after a day.
        #expect(try await store.deleteConversation(id, of: ann, now: now))
        #expect(try await store.attachment(one.id, of: ann) == nil)
        #expect(try await store.restoreConversation(id, of: ann) != nil)
        let day = 86_400_000
        _ = try await store.purge(
            deletedBefore: Timestamp(milliseconds: now.milliseconds + day), untouchedSince: nil)
        #expect(try await store.attachment(one.id, of: ann) != nil)
        _ = try await store.purge(
            deletedBefore: Timestamp(milliseconds: now.milliseconds + day + 1), untouchedSince: nil)
        #expect(try await store.attachment(one.id, of: ann) == nil)
        let two = try await store.attach(file("two"), to: id, of: ann, now: now)
        #expect(try await store.detach(two.id, of: ann))
    }

    @Test(arguments: StoreKind.allCases) func aMessageHasSoManyDocuments(kind: StoreKind) async throws {
        let store = try kind.makeStore()
        let ann = try await user(in: store)
        let id = try await store.createConversation(title: nil, of: ann, now: now).id
        var files: [AttachmentID] = []
        for place in 1...6 { files.append(try await store.attach(file("f\(place)"), to: id, of: ann, now: now).id) }
        await #expect(throws: ConversationStoreError.tooManyDocuments(limit: 5)) {
            try await store.beginTurn(
                in: id, of: ann, asking: .ask(try MessageText("x"), attachments: files), model: model, now: now)
        }
        _ = try await store.beginTurn(
            in: id, of: ann, asking: .ask(try MessageText("x"), attachments: Array(files.dropLast())), model: model,
            now: now)
    }
}
