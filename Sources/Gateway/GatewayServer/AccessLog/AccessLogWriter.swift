import Foundation
import Logging
import Operations
import Synchronization

/// Writes the access log, `logs/access.log`: workers hand over the lines of a turn and go on; a queue of its own writes.
///
/// A file that is full is set aside under the time of day, and the oldest of those goes. Where the disk does not keep up, lines are left out and
/// counted in the program's log: requests never wait for it.
final class AccessLogWriter: Sendable {
    /// How the log is cut into files.
    struct Limits {
        /// Bytes from which on a file is set aside.
        var fileBytes: Int
        /// Files that stay besides the one that is written.
        var files: Int
    }

    private struct Pending {
        var lines: [UInt8] = []
        var isScheduled = false
        var omitted = 0
    }

    /// `app/NAME/ID` of this gateway in its lines.
    let gateway: String
    private let limits: Limits
    private let path: String
    private let pending = Mutex(Pending())
    private let file: Mutex<AppendFile>
    private let queue = DispatchQueue(label: "access log")
    private let log: Logger

    /// How long lines wait for others.
    static let interval = DispatchTimeInterval.milliseconds(100)
    /// Bytes that wait at most.
    static let longestQueue = 16 * 1024 * 1024

    /// Opens the log, or begins it.
    ///
    /// - Throws: a sentence for the operator.
    init(path: String, gateway: String, limits: Limits, log: Logger) throws(OperationsError) {
        self.path = path
        self.gateway = gateway
        self.limits = limits
        self.log = log
        let opened: AppendFile
        if let existing = try AppendFile(existing: path) {
            opened = existing
        } else {
            opened = try AppendFile(replacing: path)
        }
        file = Mutex(opened)
    }

    /// Takes whole lines. Never waits for the disk.
    func write(_ lines: [UInt8]) {
        let isDue = pending.withLock { pending in
            guard pending.lines.count + lines.count <= Self.longestQueue else {
                pending.omitted += lines.count { $0 == UInt8(ascii: "\n") }
                return false
            }
            pending.lines += lines
            defer { pending.isScheduled = true }
            return !pending.isScheduled
        }
        // Each turn by itself would wake the queue's thread thousands of times a second.
        if isDue { queue.asyncAfter(deadline: .now() + Self.interval) { self.writePending() } }
    }

    /// Returns once what was taken is written.
    func flush() { queue.sync { writePending() } }

    private func writePending() {
        let pending = pending.withLock { pending in
            defer { pending = Pending() }
            return pending
        }
        if pending.omitted > 0 {
            log.warning("the disk is too slow for the access log", metadata: ["omitted": "\(pending.omitted)"])
        }
        guard !pending.lines.isEmpty else { return }
        do throws(OperationsError) {
            try file.withLock { file throws(OperationsError) in
                try file.append(pending.lines)
                if try file.size >= limits.fileBytes { file = try setAside() }
            }
        } catch {
            log.error("the access log cannot be written", metadata: ["error": "\(error)"])
        }
    }

    /// Gives the full file another name, and begins an empty one in its place.
    private func setAside() throws(OperationsError) -> AppendFile {
        let time = Date().formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        var name = "\(path).\(time)"
        var number = 1
        while FileManager.default.fileExists(atPath: name) {
            number += 1
            name = "\(path).\(time).\(number)"
        }
        try AppendFile.move(path, to: name)
        for old in Self.archives(of: path).dropLast(limits.files) { AppendFile.remove(old) }
        return try AppendFile(replacing: path)
    }

    /// The files that were set aside, the oldest first.
    static func archives(of path: String) -> [String] {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        let prefix = url.lastPathComponent + "."
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) }
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
            .map { "\(folder)/\($0)" }
    }
}
