import Dispatch
import Glibc

/// Turns the signals that ask a program to stop into values.
final class SignalWatch {
    /// The signals as they arrive.
    let signals: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    /// Watches Ctrl-C, SIGTERM and a closed terminal from now on. Their default, ending the process, is off until the
    /// process ends. A reader of our output that went away (SIGPIPE) is ignored.
    init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.signals = signals
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
