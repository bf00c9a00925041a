import Conversations
import Foundation
import Testing

@testable import Bedrock

/// What becomes of a person's files on their way to a model.
@Suite struct AttachmentMappingTests {
    private let turn = ChatPrompt.Turn(
        role: .user, text: "What is in them?",
        attachments: [
            .image(format: .png, bytes: [1, 2]), .document(format: .pdf, bytes: [3]),
            .document(format: .txt, bytes: Array("words".utf8)),
        ])

    @Test func bedrockGetsFilesBeforeTheTextUnderNeutralNames() {
        #expect(
            ContentBlock.blocks(of: turn) == [
                .image(format: "png", bytes: Data([1, 2])),
                .document(name: "document 2", format: "pdf", bytes: Data([3])),
                .document(name: "document 3", format: "txt", bytes: Data("words".utf8)), .text("What is in them?"),
            ])
        #expect(ContentBlock.blocks(of: .init(role: .assistant, text: "x")) == [.text("x")])
    }

    @Test func aModelOfTextIsToldWhatItCannotHave() {
        let text = turn.textWithFiles
        #expect(text.contains("[Document 3]\nwords\n[End of document 3]") && text.hasSuffix("\n\nWhat is in them?"))
        #expect(text.contains("format png was attached that") && text.contains("format pdf was attached that"))
        #expect(ChatPrompt.Turn(role: .user, text: "x").textWithFiles == "x")
    }
}
