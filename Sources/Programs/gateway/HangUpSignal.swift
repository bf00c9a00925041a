import Dispatch
import Foundation

/// SIGHUP, by which operators ask programs to read their files again. Ignored until somebody handles it: it must not end the program.
final class HangUpSignal {
    private let signals: AsyncStream<Void>
    private let source: any DispatchSourceSignal

    init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.signals = signals
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { continuation.yield() }
        source.resume()
    }

    /// Has every signal handled, one after the other; several that come at once are one.
    func handle(_ work: @escaping @Sendable () async -> Void) {
        Task.detached { [signals] in
            for await _ in signals { await work() }
        }
    }
}
