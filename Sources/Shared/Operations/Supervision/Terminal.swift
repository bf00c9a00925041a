import Glibc
import Synchronization

/// What the operator sees: announcements on standard output, the programs' lines on standard error.
final class Terminal: Sendable {
    private let width: Int
    private let hasColour: Bool
    /// One line at a time, whichever program it is from.
    private let lock = Mutex(())

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
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes one line to standard error, the program's name before it.
    func line(_ name: String, _ text: String) {
        write(Self.prefixed(name, text, width: width, hasColour: hasColour) + "\n", to: STDERR_FILENO)
    }

    static func prefixed(_ name: String, _ text: String, width: Int, hasColour: Bool) -> String {
        let label = name + String(repeating: " ", count: max(0, width - name.count)) + " │ "
        guard hasColour else { return label + text }
        return "\u{1b}[\(colours[name] ?? 90)m\(label)\u{1b}[0m\(text)"
    }

    private func write(_ text: String, to descriptor: CInt) {
        let bytes = Array(text.utf8)
        lock.withLock { _ in
            var offset = 0
            while offset < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset)
                }
                // A terminal that went away must not keep the programs from running on.
                if count < 0 && errno != EINTR { return }
                offset += max(0, count)
            }
        }
    }

    /// ANSI foreground colours: cyan, magenta, green.
    private static let colours = ["gateway": 36, "userpool": 35, "chat": 32]
}
