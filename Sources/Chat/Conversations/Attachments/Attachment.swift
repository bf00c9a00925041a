/// A stored file, without its content.
public struct Attachment: Hashable, Sendable {
    /// The identifier.
    public let id: AttachmentID
    /// What the person calls it: one line, never used as a path, never given to a model.
    public let name: String
    /// The short name of its format, see ``ChatAttachment``.
    public let format: String
    /// How many bytes it has.
    public let byteCount: Int

    /// Whether it is a picture.
    public var isImage: Bool { ChatAttachment.ImageFormat(rawValue: format) != nil }
}

/// The identifier of a stored file.
public typealias AttachmentID = EntityID<Attachment>

/// A file from outside that was looked into and may be stored.
public struct InspectedFile: Hashable, Sendable {
    /// What the person calls it: one line of at most 120 characters.
    public let name: String
    /// The content, in the format it really has.
    public let content: ChatAttachment

    /// Looks into a file. Its format is what its bytes say; a name only tells text from text.
    ///
    /// - Throws: why it cannot be used.
    public init(name: String, bytes: [UInt8]) throws(FileProblem) {
        guard !bytes.isEmpty else { throw .empty }
        self.name = Self.line(name)
        if let (format, size) = ImageHeader.read(bytes) {
            guard bytes.count <= ChatAttachment.imageByteLimit else {
                throw .tooLarge(limit: ChatAttachment.imageByteLimit)
            }
            guard let size else { throw .damaged }
            let side = ChatAttachment.imageSideLimit
            guard (1...side).contains(size.width), (1...side).contains(size.height) else {
                throw .tooManyPixels(limit: side)
            }
            content = .image(format: format, bytes: bytes)
            return
        }
        guard bytes.count <= ChatAttachment.documentByteLimit else {
            throw .tooLarge(limit: ChatAttachment.documentByteLimit)
        }
        if bytes.starts(with: Array("%PDF-".utf8)) {
            content = .document(format: .pdf, bytes: bytes)
        } else if Self.isText(bytes) {
            content = .document(format: Self.textFormat(of: name), bytes: bytes)
        } else {
            throw .unknownFormat
        }
    }

    /// UTF-8 without control characters but white space.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0C, 0x0D].contains($0) }) else {
            return false
        }
        return String(validating: bytes, as: UTF8.self) != nil
    }

    private static func textFormat(of name: String) -> ChatAttachment.DocumentFormat {
        switch name.split(separator: ".").last?.lowercased() {
        case "csv": .csv
        case "md", "markdown": .md
        default: .txt
        }
    }

    /// The last part of what may be a path, without what a name cannot hold.
    private static func line(_ name: String) -> String {
        let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        let printable = String(last.prefix(Self.nameLimit).map { $0.isNewline || $0 == "\t" ? " " : $0 })
        guard let title = try? ConversationTitle(printable) else { return "file" }
        return title.value
    }

    private static let nameLimit = 120
}

/// Why a file cannot be used. The description is a sentence for the person who chose it.
public enum FileProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// It has no content.
    case empty
    /// It is neither a picture, a PDF nor a text in UTF-8.
    case unknownFormat
    /// It begins like a picture and is none.
    case damaged
    /// It has more bytes than allowed.
    case tooLarge(limit: Int)
    /// A picture has more pixels on a side than allowed.
    case tooManyPixels(limit: Int)

    /// A name that programs can rely on.
    public var code: String {
        switch self {
        case .empty: "empty"
        case .unknownFormat: "unknown-format"
        case .damaged: "damaged"
        case .tooLarge: "too-large"
        case .tooManyPixels: "too-many-pixels"
        }
    }

    /// A sentence for the person who chose the file.
    public var description: String {
        switch self {
        case .empty: "The file is empty."
        case .unknownFormat:
            "The file cannot be attached. Choose a PNG, JPEG, GIF or WebP picture, a PDF, or a text in UTF-8."
        case .damaged: "The picture is damaged. Open it and save it again."
        case .tooLarge(let limit):
            "The file is larger than the \(limit / 100_000 / 10).\(limit / 100_000 % 10) MB that can be attached."
        case .tooManyPixels(let limit): "The picture is larger than \(limit) pixels on a side. Make it smaller."
        }
    }
}
