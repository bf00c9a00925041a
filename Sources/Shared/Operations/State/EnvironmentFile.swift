/// A file of `KEY=VALUE` lines, as shells and systemd read it. Empty lines and lines that begin with `#` are left out.
enum EnvironmentFile {
    /// The values by key.
    ///
    /// - Throws: for a line that is not `KEY=VALUE`; `path` only serves the message.
    static func parse(_ text: String, path: String) throws(OperationsError) -> [String: String] {
        var values: [String: String] = [:]
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.enumerated() {
            if line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex,
                line[..<equals].utf8.allSatisfy(isNameByte)
            else {
                throw OperationsError("\(path), line \(number + 1) is not KEY=VALUE. Correct it, or delete the line.")
            }
            values[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return values
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
