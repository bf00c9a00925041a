/// A loop as an executor: tasks that prefer it run on its thread, between the channels of one turn and the wait for the next.
///
/// So code that waits for answers is ordinary `async` code and yet never changes threads. What it does without waiting, it does on the loop's
/// time: nothing that blocks, and nothing long.
public final class LoopExecutor: TaskExecutor {
    private let mailbox: Mailbox<UnownedJob>

    /// An executor over `mailbox`, through which other threads hand jobs over.
    init(_ mailbox: Mailbox<UnownedJob>) { self.mailbox = mailbox }

    /// Runs a job on the loop's thread, after what waits already. Once the loop has stopped, jobs are never run.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if let loop = Loop.current, loop.executor === self {
            loop.append(job)
        } else {
            mailbox.post(job)
        }
    }
}
