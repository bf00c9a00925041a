import Glibc

/// A loop on a thread of its own, which runs until the process ends.
public final class LoopThread: Sendable {
    /// Runs tasks on the thread.
    public let executor: LoopExecutor

    /// Starts the thread; it fails if the system has no descriptor or no thread left.
    public init() throws(SystemCallError) {
        let loop = try Loop()
        executor = try loop.makeExecutor()
        var thread = pthread_t()
        let start = unsafe Unmanaged.passRetained(loop).toOpaque()
        let code = unsafe pthread_create(
            &thread, nil,
            { loop in
                unsafe Unmanaged<Loop>.fromOpaque(loop!).takeRetainedValue().run()
                return nil
            }, start)
        guard code == 0 else {
            unsafe Unmanaged<Loop>.fromOpaque(start).release()
            throw SystemCallError(call: "pthread_create", code: code)
        }
        pthread_detach(thread)
    }
}
