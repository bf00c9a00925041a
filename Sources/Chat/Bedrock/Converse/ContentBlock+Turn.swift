import Conversations
import Foundation

extension ContentBlock {
    /// A turn's files, then its text.
    ///
    /// A document's name is seen by the model, and a person's name for it could speak to the model: it gets a number.
    static func blocks(of turn: ChatPrompt.Turn) -> [ContentBlock] {
        let files = turn.attachments.enumerated().map { place, attachment -> ContentBlock in
            switch attachment {
            case .image(let format, let bytes): .image(format: format.rawValue, bytes: Data(bytes))
            case .document(let format, let bytes):
                .document(name: "document \(place + 1)", format: format.rawValue, bytes: Data(bytes))
            }
        }
        return files + [.text(turn.text)]
    }
}

extension ChatPrompt.Turn {
    /// The text with the files a model that takes text alone can be given; of the others it is told that they are missing.
    var textWithFiles: String {
        let files = attachments.enumerated().map { place, attachment -> String in
            switch attachment {
            case .document(.txt, let bytes), .document(.md, let bytes), .document(.csv, let bytes):
                "[Document \(place + 1)]\n\(String(decoding: bytes, as: UTF8.self))\n[End of document \(place + 1)]"
            case .image, .document:
                "[A file of the format \(attachment.format) was attached that this model cannot be given.]"
            }
        }
        return (files + [text]).joined(separator: "\n\n")
    }
}
