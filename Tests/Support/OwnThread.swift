import Foundation
public import Testing

/// Runs each test on a thread of its own: a test that blocks, or computes for long, must not take a thread of the
/// pool from tests that wait.
public struct OwnThread: TestTrait, SuiteTrait, TestScoping {
    /// Each test of a suite, not the suite as a whole.
    public var isRecursive: Bool { true }

    /// Runs the test away from the pool.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadExecutor()) { try await function() }
    }
}

extension Trait where Self == OwnThread {
    /// The test blocks its thread, or computes for long, and gets one of its own.
    public static var ownThread: Self { OwnThread() }
}

/// Starts a thread for every job.
private final class ThreadExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
