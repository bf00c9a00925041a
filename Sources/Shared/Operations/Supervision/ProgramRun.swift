import Glibc
import Subprocess

/// One run of a program, from start to end.
struct ProgramRun {
    let program: SupervisedProgram
    /// Called with the process id once the program runs.
    let started: @Sendable (Int32) -> Void
    /// Called with each line the program writes, standard output and error together, without its line break.
    let line: @Sendable (String) -> Void

    /// Starts the program, passes on its lines and the signals sent to it, and returns how it ended.
    ///
    /// The program leads a process group of its own, so that Ctrl-C in the terminal reaches the supervisor alone, which
    /// then stops the programs in order.
    ///
    /// - Parameter signals: signals to send; one that arrives after the end does nothing.
    func run(signals: AsyncStream<ProgramSignal>) async throws(OperationsError) -> ProgramExit {
        var options = PlatformOptions()
        options.processGroupID = 0
        let environment = program.environment.reduce(into: [Environment.Key: String]()) {
            if let key = Environment.Key(rawValue: $1.key) { $0[key] = $1.value }
        }
        do {
            let result = try await Subprocess.run(
                .path(.init(program.executable)), arguments: Arguments(program.arguments),
                environment: .custom(environment),
                platformOptions: options, input: .none, output: .sequence, error: .combinedWithOutput
            ) { execution in
                started(execution.processIdentifier.value)
                // The process is not reaped before this closure returns, so its id cannot be another's by then.
                let sending = Task {
                    for await signal in signals {
                        let process = execution.processIdentifier.value
                        switch signal {
                        case .terminate: kill(process, SIGTERM)
                        case .kill: kill(-process, SIGKILL)
                        }
                    }
                }
                var text = LineSplitter()
                for try await chunk in execution.standardOutput {
                    let lines = chunk.withUnsafeBytes { text.received($0) }
                    for line in lines { self.line(line) }
                }
                if let rest = text.finished() { line(rest) }
                sending.cancel()
                await sending.value
            }
            switch result.terminationStatus {
            case .exited(let code): return .exited(code: code)
            case .signaled(let signal): return .killed(signal: signal)
            }
        } catch {
            throw OperationsError("Cannot start \(program.executable): \(error). Build all programs again.")
        }
    }
}

/// A signal of the supervisor to a program.
enum ProgramSignal: Sendable {
    /// SIGTERM: finish what is running, then end.
    case terminate
    /// SIGKILL, to everything in the program's process group.
    case kill
}
