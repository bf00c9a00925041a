import Glibc
import Logging

/// Writes each record as one line, in one `write`, so that lines of several threads and processes do not mix.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level = .info

    private let program: String?

    init(program: String?) {
        self.program = program
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        if let error = event.error { fields["error"] = "\(error)" }
        let line = Self.line(
            time: Self.timestamp(Self.now()), level: event.level, program: program, message: event.message.description,
            fields: fields)
        // A log that cannot be written must not stop the program.
        Self.sink.write(line)
    }

    /// All loggers of the process write to it.
    private static let sink = LineSink(descriptor: STDERR_FILENO)

    /// One record as text, without the line break: time, level, program, message, fields in order of their names.
    static func line(
        time: String, level: Logger.Level, program: String?, message: String, fields: Logger.Metadata
    ) -> String {
        var line = "\(time) \(level)"
        line += program.map { " \($0): " } ?? " "
        line += escape(message)
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += " \(escape(key))=\(quoted(value.description))"
        }
        return line
    }

    /// Seconds and nanoseconds since 1970 as RFC 3339 in UTC, with milliseconds.
    static func timestamp(_ time: timespec) -> String {
        var seconds = time.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date =
            "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
        let clock = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
        return "\(date)T\(clock).\(digits(time.tv_nsec / 1_000_000, 3))Z"
    }

    private static func now() -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time
    }

    private static func quoted(_ value: String) -> String {
        let plain =
            !value.isEmpty && !value.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") }
        let escaped = escape(value)
        return plain ? escaped : "\"" + escaped.replacing("\"", with: "\\\"") + "\""
    }

    /// A record stays one line, and nothing a peer sent reaches the terminal as a control sequence.
    private static func escape(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                result += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
    }
}
