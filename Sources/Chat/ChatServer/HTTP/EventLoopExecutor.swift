import AsyncHTTPClient
import NIOCore

/// An event loop as an executor: what it runs goes from one step to the next, and to the network, without a change of thread. Nothing that
/// blocks, and nothing that computes for long, may run there.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    private init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// One of the server's loops, each in turn.
    static func next() -> EventLoopExecutor { EventLoopExecutor(HTTPClient.defaultEventLoopGroup.next()) }

    /// Runs a job there, after what waits already.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
