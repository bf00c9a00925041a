import Logging
import Synchronization

/// Keeps every log record as text.
struct RecordingLogHandler: LogHandler {
    final class Records: Sendable {
        private let texts = Mutex<[String]>([])
        var all: String { texts.withLock { $0.joined(separator: "\n") } }
        func append(_ text: String) { texts.withLock { $0.append(text) } }
    }

    let records: Records
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        records.append("\(event.message) \(event.metadata ?? [:])")
    }
}
