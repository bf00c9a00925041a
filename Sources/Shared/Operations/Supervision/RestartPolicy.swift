/// Decides how long to wait before a program that ended is started again, and when to give up.
///
/// The wait starts at half a second and doubles with each end up to 30 s; after a minute of running it starts over. A
/// program that has never become healthy is given up when its configuration is unusable, or after its third end.
struct RestartPolicy {
    enum Decision: Equatable {
        case restart(after: Duration)
        case giveUp
    }

    private var wait = initialWait
    private var endsBeforeHealthy = 0
    private var wasHealthy = false

    /// The program has answered its health check.
    mutating func becameHealthy() {
        wasHealthy = true
    }

    /// The program ended after it had run for `duration`.
    mutating func ended(_ exit: ProgramExit, afterRunning duration: Duration) -> Decision {
        if !wasHealthy {
            endsBeforeHealthy += 1
            if exit == .configurationUnusable || endsBeforeHealthy == Self.attempts { return .giveUp }
        }
        if duration >= Self.stable { wait = Self.initialWait }
        defer { wait = min(wait * 2, Self.longestWait) }
        return .restart(after: wait)
    }

    private static let initialWait = Duration.milliseconds(500)
    private static let longestWait = Duration.seconds(30)
    private static let stable = Duration.seconds(60)
    private static let attempts = 3
}
