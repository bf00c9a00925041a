import Wire

/// A head read the plain way: lines cut at CR LF, names cut at the first colon. What the parser accepts has to mean this.
struct PlainHead {
    private(set) var startLine: [UInt8] = []
    private(set) var fields: [(name: [UInt8], value: [UInt8])] = []

    init(_ head: ArraySlice<UInt8>) {
        var lines: [[UInt8]] = [[]]
        for byte in head {
            if byte == ASCII.lineFeed { lines.append([]) } else { lines[lines.count - 1].append(byte) }
        }
        let trimmed = lines.map { Array($0.last == ASCII.carriageReturn ? $0.dropLast() : $0[...]) }
        startLine = trimmed[0]
        fields = trimmed.dropFirst().prefix { !$0.isEmpty }.map { line in
            let colon = line.firstIndex(of: ASCII.colon) ?? line.count
            return (Array(line[..<colon]), Array(trimmingBlanks(line[min(colon + 1, line.count)...])))
        }
    }

    /// The values of the fields of this name, which is in lower case.
    func values(_ name: String) -> [[UInt8]] { fields.filter { lowercased($0.name) == name }.map(\.value) }

    /// Whether a field's name is `name` once letter case and `_` are ignored. `name` is in lower case.
    func hasAlias(of name: String) -> Bool {
        fields.contains { String(decoding: $0.name.map(ASCII.folded), as: UTF8.self) == name }
    }
}

/// The bytes as text in lower case.
func lowercased(_ bytes: [UInt8]) -> String { String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self) }

/// Without blanks and tabs at either end.
func trimmingBlanks(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while let first = rest.first, first == ASCII.space || first == ASCII.tab { rest.removeFirst() }
    while let last = rest.last, last == ASCII.space || last == ASCII.tab { rest.removeLast() }
    return rest
}
