import CLinux
import Glibc
import Synchronization

/// Writes lines for people to read, and never waits long for a reader: a terminal stopped with Ctrl-S, a pager that shows
/// its first page, or a stopped process must not stop who serves requests.
///
/// A reader that takes nothing is waited for once, for a moment. From then on lines are dropped until it reads again; then
/// it is told how many.
final class LineSink: Sendable {
    private let descriptor: CInt
    private let kind: Kind
    private let state = Mutex(State())

    private enum Kind {
        /// A terminal or pipe, opened anew without waiting: to set that on what other processes share would change theirs.
        case reopened(CInt)
        case socket
        /// A file, which never makes one wait, or what cannot be opened anew.
        case plain
    }

    private struct State {
        var dropped = 0
        var isStalled = false
        /// Whether the last line was cut, so that the next one begins with a line break.
        var isCut = false
    }

    /// - Parameter descriptor: standard output or standard error; stays open.
    init(descriptor: CInt) {
        self.descriptor = descriptor
        kind = Self.kind(of: descriptor)
    }

    deinit {
        if case .reopened(let own) = kind { close(own) }
    }

    /// Writes `line` with a line break behind it, or drops it.
    func write(_ line: String) {
        state.withLock { state in
            if state.dropped > 0 {
                guard put("… \(state.dropped) lines were dropped, as nobody read them.\n", &state) else {
                    state.dropped += 1
                    return
                }
                state.dropped = 0
            }
            if !put(line + "\n", &state) { state.dropped += 1 }
        }
    }

    /// - Returns: whether all of it was taken.
    private func put(_ text: String, _ state: inout State) -> Bool {
        let bytes = Array((state.isCut ? "\n" + text : text).utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { writeOnce($0.baseAddress! + offset, $0.count - offset) }
            if count > 0 {
                offset += count
                state.isStalled = false
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN where !state.isStalled && isReady(): continue
            case EAGAIN:
                state.isStalled = true
                if offset > 0 { state.isCut = true }
                return false
            // A terminal that went away must not keep the programs from running on.
            default: return true
            }
        }
        state.isCut = false
        return true
    }

    private func writeOnce(_ start: UnsafeRawPointer, _ count: Int) -> Int {
        switch kind {
        case .reopened(let own): Glibc.write(own, start, count)
        case .socket: send(descriptor, start, count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
        case .plain: Glibc.write(descriptor, start, count)
        }
    }

    /// Waits a moment for the reader.
    private func isReady() -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, Self.patience) > 0
    }

    private static func kind(of descriptor: CInt) -> Kind {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .plain }
        switch status.st_mode & S_IFMT {
        case S_IFSOCK: return .socket
        case S_IFIFO, S_IFCHR:
            let own = clinux_open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_NOCTTY, 0)
            return own >= 0 ? .reopened(own) : .plain
        default: return .plain
        }
    }

    /// In milliseconds.
    private static let patience: CInt = 50
}
