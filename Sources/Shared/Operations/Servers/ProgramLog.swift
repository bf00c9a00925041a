import Glibc
public import Logging

/// The log of a program: one readable line a record, on standard error.
///
/// ```
/// 2026-03-01T12:00:00.123Z info gateway: listening address=127.0.0.1:8443
/// ```
public enum ProgramLog {
    /// Sends the records of every `Logger` in this process to standard error. To be called once, first thing in `main`.
    ///
    /// Under `gatehouse up`, which writes the program's name before each line, the name is left out.
    ///
    /// - Parameters:
    ///   - program: the program's name, the second field of each line.
    ///   - level: records below it are dropped.
    public static func bootstrap(program: String, level: Logger.Level) {
        let supervised = getenv("GATEHOUSE_SUPERVISED") != nil
        LoggingSystem.bootstrap { _ in
            var handler = LineLogHandler(program: supervised ? nil : program)
            handler.logLevel = level
            return handler
        }
    }
}
