import CLinux
import Glibc

/// One thread's epoll: channels, their deadlines, and the time of the current turn.
///
/// Shares nothing. All of its methods are called on the thread that runs it; other threads reach it through a ``Mailbox``.
@safe
public final class Loop {
    /// A deadline that never comes.
    public static let never = Int64.max

    /// Milliseconds of the monotonic clock at the start of this turn.
    public internal(set) var now = linux_monotonic_milliseconds()

    /// Called when all channels of a turn have been; for what is collected in a turn. It must not keep the loop alive.
    public var turnEnded: (() -> Void)?

    /// Runs tasks on this loop's thread; nil until ``makeExecutor()``.
    public private(set) var executor: LoopExecutor?

    private let epoll: Int32
    private var channels: [Channel?] = []
    private var generation: UInt32 = 0
    private(set) var wheel = TimerWheel()
    private var isStopped = false
    /// Channels that stopped with work left.
    private var unfinished: [Channel] = []
    /// Those of them that are called in this turn; the two arrays change places and keep their memory.
    private var calledAgain: [Channel] = []
    /// What the executor runs in this turn.
    private var jobs: [UnownedJob] = []
    private var attachments: [ObjectIdentifier: AnyObject] = [:]

    /// A loop without channels; it fails if the system has no descriptor left.
    public init() throws(SystemCallError) {
        epoll = try SystemCallError.check(linux_epoll_create(), "epoll_create1")
    }

    deinit {
        for channel in channels { if let channel { close(channel) } }
        Glibc.close(epoll)
    }

    /// The loop that runs on the calling thread.
    public static var current: Loop? {
        guard let pointer = unsafe linux_thread_loop() else { return nil }
        return unsafe Unmanaged<Loop>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Lets tasks run on this loop. It fails if the system has no descriptor left.
    public func makeExecutor() throws(SystemCallError) -> LoopExecutor {
        if let executor { return executor }
        let mailbox = try Mailbox<UnownedJob>()
        try register(try MailboxChannel(mailbox) { [unowned self] job in append(job) })
        let made = LoopExecutor(mailbox)
        executor = made
        return made
    }

    /// The one object of its type that goes with this loop; made when it is first asked for.
    public func attachment<Object: AnyObject>(_ make: () -> Object) -> Object {
        if let found = attachments[ObjectIdentifier(Object.self)] as? Object { return found }
        let made = make()
        attachments[ObjectIdentifier(Object.self)] = made
        return made
    }

    /// Takes the channel in: its readiness is reported from the next turn on. It fails if the system refuses the descriptor.
    public func register(_ channel: Channel) throws(SystemCallError) {
        generation &+= 1
        try SystemCallError.check(linux_epoll_add(epoll, channel.descriptor, generation), "epoll_ctl")
        channel.generation = generation
        let index = Int(channel.descriptor)
        while channels.count <= index { channels.append(nil) }
        channels[index] = channel
    }

    /// Closes the channel's descriptor and forgets the channel. A second call does nothing.
    public func close(_ channel: Channel) {
        let index = Int(channel.descriptor)
        guard index < channels.count, channels[index] === channel else { return }
        channels[index] = nil
        channel.deadline = Self.never
        if channel.isShared { linux_epoll_remove(epoll, channel.descriptor) }
        Glibc.close(channel.descriptor)
    }

    /// The registered channel with this descriptor and generation, if it is still there.
    public func channel(descriptor: Int32, generation: UInt32) -> Channel? {
        let index = Int(descriptor)
        guard index < channels.count, let channel = channels[index], channel.generation == generation else {
            return nil
        }
        return channel
    }

    /// Calls `body` with every registered channel; it may close channels.
    public func forEachChannel(_ body: (Channel) -> Void) {
        for channel in channels { if let channel { body(channel) } }
    }

    /// Sets when the channel's ``Channel/deadlineReached()`` is called; resolution is ``TimerWheel/tick`` milliseconds, never early.
    ///
    /// Moving a deadline later costs a store: the wheel looks again when the earlier time comes.
    @inline(__always)
    public func setDeadline(_ deadline: Int64, of channel: Channel) {
        channel.deadline = deadline
        if deadline <= channel.scheduled &- TimerWheel.tick { schedule(channel) }
    }

    private func schedule(_ channel: Channel) {
        channel.scheduled = wheel.add(
            .init(descriptor: channel.descriptor, generation: channel.generation), at: channel.deadline, now: now)
    }

    /// Calls the channel's ``Channel/ready(_:)`` with no news in the next turn: it left work so that others get their share.
    public func callAgain(_ channel: Channel) { unfinished.append(channel) }

    private func callUnfinished() {
        swap(&unfinished, &calledAgain)
        for channel in calledAgain where isRegistered(channel) { channel.ready([]) }
        calledAgain.removeAll(keepingCapacity: true)
    }

    private func isRegistered(_ channel: Channel) -> Bool {
        self.channel(descriptor: channel.descriptor, generation: channel.generation) === channel
    }

    /// Has a job run in this turn. On the loop's thread.
    func append(_ job: UnownedJob) { jobs.append(job) }

    private func runJobs() {
        guard !jobs.isEmpty, let executor else { return }
        // What they hand in runs in this turn, too, but for those that go on and on.
        var rounds = 0
        while !jobs.isEmpty, rounds < Self.jobRounds {
            rounds += 1
            let due = jobs
            jobs = []
            for job in due { unsafe job.runSynchronously(on: executor.asUnownedTaskExecutor()) }
        }
    }

    /// Jobs that follow on jobs in one turn.
    private static let jobRounds = 100

    /// Runs turns until ``stop()``.
    public func run() {
        unsafe linux_set_thread_loop(Unmanaged.passUnretained(self).toOpaque())
        defer { linux_set_thread_loop(nil) }
        let capacity = 256
        let reports = UnsafeMutablePointer<linux_ready>.allocate(capacity: capacity)
        defer { unsafe reports.deallocate() }
        while !isStopped {
            var patience = wheel.isEmpty ? -1 : Int32(TimerWheel.tick - now % TimerWheel.tick)
            if !unfinished.isEmpty || !jobs.isEmpty { patience = 0 }
            let count = unsafe linux_epoll_wait(epoll, reports, Int32(capacity), patience)
            now = linux_monotonic_milliseconds()
            precondition(count >= 0, "epoll_wait fails only on a descriptor that is no epoll")
            callUnfinished()
            for index in 0..<Int(count) {
                let report = unsafe reports[index]
                if let channel = channel(descriptor: report.descriptor, generation: report.generation) {
                    channel.ready(Readiness(rawValue: report.events))
                }
            }
            expireDeadlines()
            runJobs()
            turnEnded?()
        }
        // What was to be called again may refer to whoever owns the loop.
        unfinished = []
        calledAgain = []
    }

    /// Ends ``run()`` after the current turn.
    public func stop() { isStopped = true }

    /// Calls every channel whose deadline is not after ``now``.
    func expireDeadlines() {
        wheel.advance(to: now)
        while let entry = wheel.nextDue() {
            guard let channel = channel(descriptor: entry.descriptor, generation: entry.generation) else { continue }
            if channel.deadline <= now {
                channel.scheduled = Self.never
                channel.deadline = Self.never
                channel.deadlineReached()
            } else if channel.deadline == Self.never {
                channel.scheduled = Self.never
            } else if channel.scheduled <= now {
                schedule(channel)
            }
        }
    }
}
