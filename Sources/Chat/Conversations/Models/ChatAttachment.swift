/// A file that a person gives to a model with a message.
public enum ChatAttachment: Hashable, Sendable {
    /// A picture.
    case image(format: ImageFormat, bytes: [UInt8])
    /// A text or a document.
    case document(format: DocumentFormat, bytes: [UInt8])

    /// The formats of pictures.
    public enum ImageFormat: String, CaseIterable, Sendable {
        case png, jpeg, gif, webp
    }

    /// The formats of documents, as Bedrock's Converse API names them.
    public enum DocumentFormat: String, CaseIterable, Sendable {
        case pdf, csv, doc, docx, xls, xlsx, html, txt, md
    }

    /// The short name of its format.
    public var format: String {
        switch self {
        case .image(let format, _): format.rawValue
        case .document(let format, _): format.rawValue
        }
    }

    /// The file's content.
    public var bytes: [UInt8] {
        switch self {
        case .image(_, let bytes), .document(_, let bytes): bytes
        }
    }

    /// Whether it is a picture.
    public var isImage: Bool {
        if case .image = self { true } else { false }
    }

    /// A file of a stored format; `nil` for a format that is none.
    init?(format: String, bytes: [UInt8]) {
        if let image = ImageFormat(rawValue: format) {
            self = .image(format: image, bytes: bytes)
        } else if let document = DocumentFormat(rawValue: format) {
            self = .document(format: document, bytes: bytes)
        } else {
            return nil
        }
    }

    /// The most bytes of a picture (Bedrock: 3.75 MB).
    public static let imageByteLimit = 3_750_000
    /// The most bytes of a document (Bedrock: 4.5 MB).
    public static let documentByteLimit = 4_500_000
    /// The most pixels of a picture's side.
    public static let imageSideLimit = 8_000
    /// The most pictures of a message.
    public static let imagesPerMessage = 20
    /// The most documents of a message.
    public static let documentsPerMessage = 5
}
