public import Identity

/// Users as Cognito's import takes them: comma-separated values (RFC 4180) under a header of attribute names.
public enum UserTable {
    /// A line that cannot be taken.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// From 1, the header included.
        public let line: Int
        /// What is wrong, in a sentence.
        public let description: String
    }

    /// The columns of a pool's header.
    public static func columns(customAttributes: [String]) -> [String] {
        [username] + attributes + customAttributes + [mfa]
    }

    /// Reads a table.
    ///
    /// - Returns: records for ImportUsers, in order.
    /// - Throws: ``Problem``.
    public static func records(in text: String) throws(Problem) -> [JSONValue] {
        let rows = try rows(of: text)
        guard let header = rows.first?.cells, header.contains(username) else {
            throw Problem(line: 1, description: "The first line names the columns; \(username) is one of them.")
        }
        guard Set(header).count == header.count else {
            throw Problem(line: 1, description: "A column is there twice.")
        }
        var records: [JSONValue] = []
        for row in rows.dropFirst() where row.cells != [""] {
            guard row.cells.count == header.count else {
                throw Problem(
                    line: row.line,
                    description: "\(row.cells.count) values, but the header names \(header.count) columns.")
            }
            var name = ""
            var attributes: [String: JSONValue] = [:]
            for (column, value) in zip(header, row.cells) where !value.isEmpty {
                switch column {
                case username: name = value
                // Second factors cannot be imported; every user sets one up here where the pool wants it.
                case mfa: continue
                case "email_verified", "phone_number_verified": attributes[column] = .string(value.lowercased())
                default: attributes[column] = .string(value)
                }
            }
            guard !name.isEmpty else { throw Problem(line: row.line, description: "\(username) is empty.") }
            records.append(["username": .string(name), "attributes": .object(attributes)])
        }
        return records
    }

    /// Writes records as ExportUsers gives them, which loses passwords, groups and state.
    public static func text(of records: [JSONValue], customAttributes: [String]) -> String {
        let columns = columns(customAttributes: customAttributes)
        var lines = [columns.joined(separator: ",")]
        for record in records {
            let members = record.object ?? [:]
            let attributes = members["attributes"]?.object ?? [:]
            lines.append(
                columns.map { column in
                    switch column {
                    case username: escape(members["username"]?.string ?? "")
                    case mfa: "FALSE"
                    case "email_verified", "phone_number_verified":
                        attributes[column]?.string?.uppercased() ?? "FALSE"
                    default: escape(attributes[column]?.string ?? "")
                    }
                }.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The cells of each line with the number of the line it begins in.
    private static func rows(of text: String) throws(Problem) -> [(line: Int, cells: [String])] {
        var rows: [(line: Int, cells: [String])] = []
        var cells: [String] = []
        var cell: [Unicode.Scalar] = []
        var isQuoted = false
        var wasQuoted = false
        var line = 1
        var start = 1
        func finish(_ cell: inout [Unicode.Scalar]) -> String {
            defer { cell = [] }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: cell)
            return String(text)
        }
        var scalars = text.unicodeScalars.makeIterator()
        var pending = scalars.next()
        // A spreadsheet's mark of UTF-8.
        if pending == "\u{FEFF}" { pending = scalars.next() }
        while let scalar = pending {
            pending = scalars.next()
            if isQuoted {
                if scalar == "\"", pending == "\"" {
                    cell.append("\"")
                    pending = scalars.next()
                } else if scalar == "\"" {
                    isQuoted = false
                } else {
                    if scalar == "\n" { line += 1 }
                    cell.append(scalar)
                }
                continue
            }
            switch scalar {
            case "\"":
                guard cell.isEmpty, !wasQuoted else {
                    throw Problem(
                        line: line, description: "A quotation mark stands inside a value that does not begin with one.")
                }
                isQuoted = true
                wasQuoted = true
            case ",":
                cells.append(finish(&cell))
                wasQuoted = false
            case "\r" where pending == "\n": continue
            case "\n":
                cells.append(finish(&cell))
                rows.append((start, cells))
                cells = []
                wasQuoted = false
                line += 1
                start = line
            default:
                guard !wasQuoted else {
                    throw Problem(line: line, description: "Something stands behind a closing quotation mark.")
                }
                cell.append(scalar)
            }
        }
        guard !isQuoted else { throw Problem(line: start, description: "A quotation mark is not closed.") }
        if !cell.isEmpty || !cells.isEmpty || wasQuoted {
            cells.append(finish(&cell))
            rows.append((start, cells))
        }
        return rows
    }

    private static func escape(_ value: String) -> String {
        guard value.contains(where: { [",", "\"", "\n", "\r", "\r\n"].contains($0) }) else { return value }
        return "\"\(value.replacing("\"", with: "\"\""))\""
    }

    private static let username = "cognito:username"
    private static let mfa = "cognito:mfa_enabled"
    private static let attributes = [
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
        "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
        "phone_number_verified", "address", "updated_at",
    ]
}
