/// One part of a redirect: text with `#{…}` placeholders.
public struct RedirectTemplate: Sendable, Equatable {
    /// A part of the requested address.
    public enum Placeholder: String, Sendable, CaseIterable {
        /// `#{protocol}`, `#{host}`, `#{port}`, `#{path}` without its leading slash, `#{query}` without `?`.
        case `protocol`, host, port, path, query
    }

    private enum Piece: Sendable, Equatable {
        case literal(String)
        case placeholder(Placeholder)
    }

    private let pieces: [Piece]

    private init(pieces: [Piece]) { self.pieces = pieces }

    /// A template of one placeholder alone.
    public static func placeholder(_ placeholder: Placeholder) -> RedirectTemplate {
        RedirectTemplate(pieces: [.placeholder(placeholder)])
    }

    /// Parses a template; nil when a `#` is not the beginning of one of the placeholders.
    public init?(_ text: String) {
        var pieces: [Piece] = []
        var literal = ""
        var rest = text[...]
        while let hash = rest.firstIndex(of: "#") {
            literal += rest[..<hash]
            let body = rest[hash...].dropFirst()
            guard body.first == "{", let close = body.firstIndex(of: "}"),
                let placeholder = Placeholder(rawValue: String(body[..<close].dropFirst()))
            else { return nil }
            if !literal.isEmpty { pieces.append(.literal(literal)) }
            literal = ""
            pieces.append(.placeholder(placeholder))
            rest = rest[close...].dropFirst()
        }
        literal += rest
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        self.pieces = pieces
    }

    /// The placeholders used, in order.
    public var placeholders: [Placeholder] {
        pieces.compactMap { if case .placeholder(let placeholder) = $0 { placeholder } else { nil } }
    }

    /// The text, if there is no placeholder in it.
    public var literal: String? {
        if pieces.isEmpty { return "" }
        if pieces.count == 1, case .literal(let text) = pieces[0] { return text }
        return nil
    }

    func text(for request: RedirectAction.Request) -> String {
        pieces.map { piece in
            switch piece {
            case .literal(let text): text
            case .placeholder(.protocol): request.scheme
            case .placeholder(.host): request.host
            case .placeholder(.port): "\(request.port)"
            case .placeholder(.path): String(request.path.dropFirst())
            case .placeholder(.query): request.query ?? ""
            }
        }.joined()
    }
}
