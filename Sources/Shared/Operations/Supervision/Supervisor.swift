/// Keeps programs running: starts them, starts them again when they die, and stops them in order.
actor Supervisor {
    /// What happened to a program.
    enum Event: Sendable, Equatable {
        case started(String, process: Int32)
        /// It ended by itself and is started again after `restart`.
        case ended(String, ProgramExit, restart: Duration)
        /// It ended before it was ever healthy, and is not started again.
        case gaveUp(String, ProgramExit)
        /// It cannot be started at all.
        case failed(String, OperationsError)
    }

    /// What happens, in order. To be read by one reader.
    nonisolated let events: AsyncStream<Event>

    private let continuation: AsyncStream<Event>.Continuation
    private let line: @Sendable (_ program: String, _ line: String) -> Void
    private var programs: [String: Program] = [:]
    private var isStopping = false

    private struct Program {
        var policy = RestartPolicy()
        var task: Task<Void, Never>?
        /// Signals for the present run; `nil` between runs.
        var signals: AsyncStream<ProgramSignal>.Continuation?
    }

    /// - Parameter line: called with each line a program writes.
    init(line: @escaping @Sendable (_ program: String, _ line: String) -> Void) {
        self.line = line
        (events, continuation) = AsyncStream.makeStream()
    }

    /// Starts a program and keeps it running.
    func start(_ program: SupervisedProgram) {
        precondition(programs[program.name] == nil, "\(program.name) is supervised already")
        programs[program.name] = Program()
        programs[program.name]?.task = Task { await supervise(program) }
    }

    /// The program has answered its health check; from now on it is restarted however often it ends.
    func becameHealthy(_ name: String) {
        programs[name]?.policy.becameHealthy()
    }

    /// Stops all programs: each in the given order gets SIGTERM and is waited for until its share of `limit` is used up;
    /// what still runs at `limit` gets SIGKILL. Returns when nothing is left running.
    ///
    /// - Returns: the names of those that had to be killed.
    func stop(order: [String], within limit: Duration) async -> [String] {
        isStopping = true
        let start = ContinuousClock.now
        for (index, name) in order.enumerated() {
            programs[name]?.signals?.yield(.terminate)
            // A program between two runs only waits; that ends here.
            if programs[name]?.signals == nil { programs[name]?.task?.cancel() }
            await wait(for: name, until: start + limit * (index + 1) / order.count)
        }
        var killed: [String] = []
        for name in order where programs[name]?.signals != nil {
            // Ones that got their signal early may have used the time of those after them.
            await wait(for: name, until: start + limit)
            guard let signals = programs[name]?.signals else { continue }
            signals.yield(.kill)
            killed.append(name)
        }
        for program in programs.values { await program.task?.value }
        continuation.finish()
        return killed
    }

    /// Kills whatever still runs, at once.
    func kill() {
        isStopping = true
        for program in programs.values {
            program.signals?.yield(.kill)
            if program.signals == nil { program.task?.cancel() }
        }
    }

    private func supervise(_ program: SupervisedProgram) async {
        let name = program.name
        while !isStopping {
            let (signals, sender) = AsyncStream.makeStream(of: ProgramSignal.self)
            programs[name]?.signals = sender
            let began = ContinuousClock.now
            let run = ProgramRun(
                program: program,
                started: { [continuation] in continuation.yield(.started(name, process: $0)) },
                line: { [line] in line(name, $0) })
            let exit: ProgramExit
            do {
                exit = try await run.run(signals: signals)
            } catch {
                programs[name]?.signals = nil
                continuation.yield(.failed(name, error))
                return
            }
            programs[name]?.signals = nil
            guard !isStopping, var policy = programs[name]?.policy else { return }
            let decision = policy.ended(exit, afterRunning: ContinuousClock.now - began)
            programs[name]?.policy = policy
            switch decision {
            case .giveUp:
                continuation.yield(.gaveUp(name, exit))
                return
            case .restart(let wait):
                continuation.yield(.ended(name, exit, restart: wait))
                // Cancelled only by stop, which ends the loop.
                try? await Task.sleep(for: wait)
            }
        }
    }

    private func wait(for name: String, until deadline: ContinuousClock.Instant) async {
        while programs[name]?.signals != nil && ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
