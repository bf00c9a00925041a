import Conversations
import Testing

@Suite struct EntityIDTests {
    @Test func identifiersAreVersion7UUIDs() throws {
        let id = ConversationID(now: Timestamp(milliseconds: 0x0123_4567_89AB))
        #expect(id.text.hasPrefix("01234567-89ab-7"))
        #expect(ConversationID(id.text) == id)
    }

    @Test func identifiersSortByTimeAndDiffer() {
        let ids = (0..<100).map { MessageID(now: Timestamp(milliseconds: 1_000_000 + $0)).text }
        #expect(ids == ids.sorted())
        let same = Set((0..<1_000).map { _ in MessageID(now: Timestamp(milliseconds: 5)).text })
        #expect(same.count == 1_000)
    }

    @Test(arguments: [
        "", "x", "01234567-89ab-4def-8123-456789abcdef", "01234567-89AB-7def-8123-456789abcdef",
        "01234567-89ab-7def-c123-456789abcdef", "01234567_89ab_7def_8123_456789abcdef",
        "01234567-89ab-7def-8123-456789abcdef0", "01234567-89ab-7def-8123-456789abcde/",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(ConversationID(text) == nil)
    }
}
