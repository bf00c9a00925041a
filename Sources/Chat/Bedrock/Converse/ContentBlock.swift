public import Foundation

/// A piece of a message (Converse API, `ContentBlock`): a union with one member on the wire.
public enum ContentBlock: Hashable, Sendable, Codable {
    case text(String)
    case image(format: String, bytes: Data)
    /// `name` is seen by the model, so it must be one that nobody can use to speak to it.
    case document(name: String, format: String, bytes: Data)
    case reasoning(text: String, signature: String?)
    case redactedReasoning(Data)
    /// What has come so far may be kept in the provider's cache.
    case cachePoint
    /// A member that this client does not know, by its name. It is read and not sent.
    case unknown(String)

    private enum Member: String, CodingKey {
        case text, image, document, reasoningContent, cachePoint
    }

    private struct AnyMember: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Media: Codable {
        struct Source: Codable { let bytes: Data }
        var name: String?
        let format: String
        let source: Source
    }

    private struct Reasoning: Codable {
        struct Text: Codable {
            let text: String
            var signature: String?
        }
        var reasoningText: Text?
        var redactedContent: Data?
    }

    /// Reads the member that is there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Member.self)
        if let text = try container.decodeIfPresent(String.self, forKey: .text) {
            self = .text(text)
        } else if let image = try container.decodeIfPresent(Media.self, forKey: .image) {
            self = .image(format: image.format, bytes: image.source.bytes)
        } else if let document = try container.decodeIfPresent(Media.self, forKey: .document) {
            self = .document(name: document.name ?? "", format: document.format, bytes: document.source.bytes)
        } else if let reasoning = try container.decodeIfPresent(Reasoning.self, forKey: .reasoningContent) {
            self =
                reasoning.reasoningText.map { .reasoning(text: $0.text, signature: $0.signature) }
                ?? reasoning.redactedContent.map { .redactedReasoning($0) } ?? .unknown("reasoningContent")
        } else if container.contains(.cachePoint) {
            self = .cachePoint
        } else {
            let all = try decoder.container(keyedBy: AnyMember.self).allKeys
            self = .unknown(all.map(\.stringValue).sorted().first ?? "")
        }
    }

    /// Writes the one member. ``unknown(_:)`` is an error.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Member.self)
        switch self {
        case .text(let text):
            try container.encode(text, forKey: .text)
        case .image(let format, let bytes):
            try container.encode(Media(format: format, source: .init(bytes: bytes)), forKey: .image)
        case .document(let name, let format, let bytes):
            try container.encode(Media(name: name, format: format, source: .init(bytes: bytes)), forKey: .document)
        case .reasoning(let text, let signature):
            let reasoning = Reasoning(reasoningText: .init(text: text, signature: signature))
            try container.encode(reasoning, forKey: .reasoningContent)
        case .redactedReasoning(let content):
            try container.encode(Reasoning(redactedContent: content), forKey: .reasoningContent)
        case .cachePoint:
            try container.encode(["type": "default"], forKey: .cachePoint)
        case .unknown(let name):
            let context = EncodingError.Context(
                codingPath: encoder.codingPath, debugDescription: "a content block whose member is unknown")
            throw EncodingError.invalidValue(name, context)
        }
    }
}

/// A turn of a conversation.
public struct ConverseMessage: Codable, Hashable, Sendable {
    /// Who speaks.
    public enum Role: String, Codable, Sendable {
        case user, assistant
    }

    /// Who speaks.
    public let role: Role
    /// What is said, at least one piece.
    public let content: [ContentBlock]

    /// A turn.
    public init(role: Role, content: [ContentBlock]) {
        self.role = role
        self.content = content
    }
}
