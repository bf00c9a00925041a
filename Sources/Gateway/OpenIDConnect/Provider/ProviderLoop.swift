import AsyncHTTPClient
import NIOCore

/// The event loop on which providers are talked to, as an executor for the code that waits for their answers: it goes from one call to the next
/// without a change of thread. Nothing that blocks may run there.
public final class ProviderLoop: TaskExecutor {
    /// The one there is.
    public static let shared = ProviderLoop(HTTPClient.defaultEventLoopGroup.any())

    let eventLoop: any EventLoop

    private init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Runs a job there, after what waits already.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
