import CLinux
import Glibc

/// Programs must not outlive their supervisor, even when it is killed and can no longer stop them.
public enum ParentDeath {
    /// Turns this process into `executable`, which the kernel kills as soon as the process `parent` is gone.
    ///
    /// The supervisor starts its own executable, which calls this: what the kernel is told here (prctl(2),
    /// PR_SET_PDEATHSIG) holds across `execv`, while nothing of the program itself has to take part.
    ///
    /// - Parameters:
    ///   - executable: an absolute path.
    ///   - arguments: without the program's name.
    ///   - parent: the supervisor's process id.
    /// - Returns: only when the program cannot be started.
    public static func become(
        _ executable: String, arguments: [String], orDieWith parent: Int32
    ) throws(OperationsError) {
        let result = clinux_signal_on_parent_death(SIGKILL)
        guard result == 0 else { throw .system("tie \(executable) to the life of gatehouse", -result) }
        // The supervisor may have gone before the kernel was told.
        guard getppid() == parent else { throw OperationsError("Gatehouse ended while it was starting \(executable).") }
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { Glibc.signal(signal, SIG_DFL) }
        var all = sigset_t()
        sigfillset(&all)
        sigprocmask(SIG_UNBLOCK, &all, nil)
        var list: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
        list.append(nil)
        execv(executable, list)
        throw .system("start \(executable)", errno, hint: "Build all programs again.")
    }
}
