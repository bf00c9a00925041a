import Glibc

/// The programs of one host while they run: brings them up, says so, and takes them down.
struct HostSession {
    /// What the session reacts to.
    private enum Event: Sendable {
        case program(Supervisor.Event)
        case passed(String, process: Int32)
        case startIsOverdue
        case signal(Int32)
    }

    private let installation: Installation
    private let addresses: HostAddresses
    private let configurationFolder: String
    private let terminal: Terminal
    private let health: HealthCheck

    init(
        installation: Installation, addresses: HostAddresses, configurationFolder: String, terminal: Terminal
    ) throws(OperationsError) {
        self.installation = installation
        self.addresses = addresses
        self.configurationFolder = configurationFolder
        self.terminal = terminal
        health = try HealthCheck(caFile: installation.certificates.caFile)
    }

    /// Runs the programs until a signal asks to stop, or until the host cannot come up.
    func run(_ programs: [SupervisedProgram]) async throws(OperationsError) {
        let watch = SignalWatch()
        defer { withExtendedLifetime(watch) {} }
        ReadyFile.remove(readyFile)
        terminal.announce("Starting Gatehouse in \(installation.state.path) …")
        let supervisor = Supervisor { [terminal] in terminal.line($0, $1) }
        for program in programs { await supervisor.start(program) }

        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        let signals = watch.signals
        let sources = [
            Task { for await event in supervisor.events { continuation.yield(.program(event)) } },
            Task { for await signal in signals { continuation.yield(.signal(signal)) } },
            Task {
                guard (try? await Task.sleep(for: Self.startLimit)) != nil else { return }
                continuation.yield(.startIsOverdue)
            },
        ]
        let failure = await react(to: events, supervisor: supervisor, names: programs.map(\.name)) {
            continuation.yield(.passed($0, process: $1))
        }
        ReadyFile.remove(readyFile)
        await stop(supervisor, names: programs.map(\.name), further: events)
        continuation.finish()
        for source in sources { source.cancel() }
        await health.shutdown()
        if let failure { throw failure }
    }

    /// - Returns: why the host cannot come up; `nil` when a signal asked to stop.
    private func react(
        to events: AsyncStream<Event>, supervisor: Supervisor, names: [String],
        passed: @escaping @Sendable (String, Int32) -> Void
    ) async -> OperationsError? {
        var readiness = Readiness(names: names)
        var checks: [String: Task<Void, Never>] = [:]
        var isUp = false
        defer { for check in checks.values { check.cancel() } }
        for await event in events {
            switch event {
            case .program(.started(let name, let process)):
                readiness.started(name, process: process)
                let probes = addresses.probes(of: name, installation: installation)
                checks[name] = Task { [health] in
                    if await health.waitUntilPassing(probes) { passed(name, process) }
                }
            case .passed(let name, let process):
                let isReady = readiness.passed(name, process: process)
                await supervisor.becameHealthy(name)
                guard isReady else { continue }
                do {
                    try ready(readiness.processes).write(to: readyFile)
                } catch {
                    // Scripts wait for the file in vain, which whoever starts should see; but what runs, runs on.
                    guard isUp else { return error }
                    note("\(error)")
                }
                if !isUp { terminal.announce(announcement) } else { note("\(name) is up again.") }
                isUp = true
            case .program(.ended(let name, let exit, let wait)):
                readiness.ended(name)
                ReadyFile.remove(readyFile)
                checks[name]?.cancel()
                note("\(name) \(exit); it starts again in \(Self.seconds(wait)).")
            case .program(.gaveUp(let name, let exit)):
                return whyItGaveUp(name, exit)
            case .program(.failed(_, let error)):
                return error
            case .startIsOverdue where !isUp:
                let waiting = readiness.waiting.joined(separator: " and ")
                return OperationsError(
                    "No healthy answer from \(waiting) within \(Self.seconds(Self.startLimit)). Their lines above may say "
                        + "why; look at the files in \(configurationFolder) too.")
            case .startIsOverdue:
                continue
            case .signal:
                return nil
            }
        }
        return nil
    }

    private func stop(_ supervisor: Supervisor, names: [String], further events: AsyncStream<Event>) async {
        terminal.announce("Stopping …")
        // Whoever asks twice does not want to wait.
        let impatience = Task {
            for await event in events { if case .signal = event { await supervisor.kill() } }
        }
        let killed = await supervisor.stop(order: names.reversed(), within: Self.stopLimit)
        impatience.cancel()
        for name in killed { note("\(name) did not stop within \(Self.seconds(Self.stopLimit)) and was killed.") }
        terminal.announce("Stopped.")
    }

    private func whyItGaveUp(_ name: String, _ exit: ProgramExit) -> OperationsError {
        if exit == .configurationUnusable {
            return OperationsError(
                "\(name) cannot use its configuration; its lines above say why. "
                    + "Correct \(configurationFolder)/\(name).yaml and start again.")
        }
        return OperationsError(
            "\(name) \(exit) again and again before it answered; its lines above say why. Mend that and start again.")
    }

    private func ready(_ processes: [String: Int32]) -> ReadyFile {
        // The pool says itself whether it has such a port, which its configuration may ask for, too.
        let api = PoolAPIAddress.read(in: installation.state)
        return ReadyFile(
            appURL: addresses.app, poolURL: addresses.pool, redirectURL: addresses.redirect,
            userPoolId: installation.userPoolID, clientId: installation.clientID,
            caFile: installation.certificates.caFile, poolAPIURL: api?.poolAPIURL,
            awsCredentialsFile: api?.awsCredentialsFile, supervisor: getpid(), pids: processes)
    }

    private var readyFile: String { Self.readyFile(in: installation.state) }

    static func readyFile(in state: StateDirectory) -> String { state.resolve("run/ready.json") }

    private func note(_ text: String) {
        terminal.line("gatehouse", text)
    }

    private var announcement: String {
        // Anywhere but on a terminal it would stay: in a journal, in a log of a build.
        Announcement(
            installation: installation, addresses: addresses, showsPassword: isatty(STDOUT_FILENO) == 1
        ).text
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration / .milliseconds(1)
        return milliseconds.truncatingRemainder(dividingBy: 1000) == 0
            ? "\(Int(milliseconds / 1000)) s" : "\(milliseconds / 1000) s"
    }

    private static let startLimit = Duration.seconds(60)
    /// For all three. Each but the first may also use what those before it left, see `Supervisor.stop`.
    private static let stopLimit = Duration.seconds(15)
    /// How long answers may go on once `chat` is told to stop, which is after a third of ``stopLimit`` at the latest; with
    /// time left to store them.
    static let drainSeconds = 8
}
