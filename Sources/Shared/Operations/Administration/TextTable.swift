/// Rows of text under headings, in columns that line up on a terminal.
public struct TextTable: Sendable {
    private let headings: [String]
    private var rows: [[String]] = []

    /// A table without rows.
    public init(_ headings: String...) {
        self.headings = headings
    }

    /// Adds a row with one cell for each heading. Control characters become `?`, so that no cell moves the cursor.
    public mutating func add(_ cells: String...) {
        precondition(cells.count == headings.count, "a row has a cell for each heading")
        rows.append(cells.map(Self.printable))
    }

    /// The lines, without a line break at the end.
    public var text: String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// The text with `?` for each character that could move a terminal's cursor or turn the direction of writing.
    public static func printable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
