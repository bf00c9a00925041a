/// Cuts a program's output into lines, whatever pieces it arrives in.
struct LineSplitter {
    private var pending: [UInt8] = []

    /// The lines that end in `bytes` (borrowed for the call). A line of more than 64 KiB is cut.
    mutating func received(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(take())
            } else {
                pending.append(byte)
                if pending.count == Self.longestLine { lines.append(take()) }
            }
        }
        return lines
    }

    /// What came after the last line break.
    mutating func finished() -> String? {
        pending.isEmpty ? nil : take()
    }

    private mutating func take() -> String {
        defer { pending.removeAll(keepingCapacity: true) }
        if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        return String(decoding: pending, as: UTF8.self)
    }

    private static let longestLine = 65_536
}
