import Glibc

/// What the operator sees: announcements on standard output, the programs' lines on standard error.
final class Terminal: Sendable {
    private let width: Int
    private let hasColour: Bool
    /// Whoever looks at them may stop reading; the programs go on.
    private let output = LineSink(descriptor: STDOUT_FILENO)
    private let errors = LineSink(descriptor: STDERR_FILENO)

    /// - Parameters:
    ///   - names: the names that stand before lines; the longest sets the width of the column.
    ///   - environment: `NO_COLOR` (no-color.org) and `TERM=dumb` turn colours off.
    init(names: [String], environment: [String: String]) {
        width = names.map(\.count).max() ?? 0
        let refused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        hasColour = !refused && isatty(STDERR_FILENO) == 1
    }

    /// Writes text as it is to standard output.
    func announce(_ text: String) {
        output.write(text)
    }

    /// Writes one line to standard error, the program's name before it.
    func line(_ name: String, _ text: String) {
        errors.write(Self.prefixed(name, text, width: width, hasColour: hasColour))
    }

    static func prefixed(_ name: String, _ text: String, width: Int, hasColour: Bool) -> String {
        let label = name + String(repeating: " ", count: max(0, width - name.count)) + " │ "
        guard hasColour else { return label + text }
        return "\u{1b}[\(colours[name] ?? 90)m\(label)\u{1b}[0m\(text)"
    }

    /// ANSI foreground colours: cyan, magenta, green.
    private static let colours = ["gateway": 36, "userpool": 35, "chat": 32]
}
