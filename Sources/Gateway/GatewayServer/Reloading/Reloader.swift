import Foundation
import Logging
import Operations
import Synchronization

/// Has the running gateway use what has changed on disk: its configuration, and what that names.
///
/// All is read and checked before anything changes. A changed configuration gets workers of its own, on the same listening sockets; those of
/// the one before take no more connections, and end when theirs have. Where only certificates have changed, connections stay as they are.
final class Reloader: Sendable {
    private struct State {
        var sockets: ListenerSockets
        var certificates: CertificateWatch
        /// What went wrong at the last look, so that it is said once.
        var problem: String?
        var isStopping = false
    }

    private let generations: Generations
    private let load: @Sendable () throws -> GatewayConfiguration
    private let workers: Int
    private let log: Logger
    private let state: Mutex<State>
    /// Files are read here: neither a worker nor the pool of tasks waits for a disk.
    private let queue = DispatchQueue(label: "reload")

    /// - Parameters:
    ///   - sockets: those of the first generation; the reloader's from now on.
    ///   - load: reads the configuration again.
    init(
        _ generations: Generations, sockets: ListenerSockets, workers: Int,
        load: @escaping @Sendable () throws -> GatewayConfiguration, log: Logger
    ) {
        self.generations = generations
        self.load = load
        self.workers = workers
        self.log = log
        state = Mutex(
            State(sockets: sockets, certificates: CertificateWatch(generations.current, log: log)))
    }

    /// Reads everything again.
    ///
    /// - Throws: every problem, for the operator; nothing has changed then.
    func reload() async throws -> ReloadOutcome {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { try self.state.withLock { try self.reload(&$0) } })
            }
        }
    }

    /// Looks whether certificates have been replaced.
    func lookAtCertificates() {
        queue.async {
            self.state.withLock { state in
                do {
                    try state.certificates.look(isAsked: false)
                    state.problem = nil
                } catch {
                    let problem = "\(error)"
                    guard problem != state.problem else { return }
                    state.problem = problem
                    self.log.error(
                        "the certificates cannot be read again; the old ones stay in use",
                        metadata: ["error": "\(problem)"])
                }
            }
        }
    }

    /// Takes no further connections, nor configurations.
    func stop() {
        queue.sync {
            state.withLock { state in
                state.isStopping = true
                state.sockets.close()
                state.sockets = ListenerSockets()
            }
        }
    }

    private func reload(_ state: inout State) throws -> ReloadOutcome {
        guard !state.isStopping else {
            throw OperationsError("The gateway is stopping. It reads its configuration when it starts again.")
        }
        let configuration = try load()
        let current = generations.current.core
        let files = FileVersion.of(GatewayCore.filesRead(configuration, state: current.lasting.state))
        guard configuration != current.configuration || files != current.filesRead else {
            let areNew = try state.certificates.look(isAsked: true)
            return outcome(areNew ? .certificates : .none)
        }
        try configuration.requireReloadable(from: current.configuration)
        let sockets = try state.sockets.covering(configuration.listeners, workers: workers)
        let next: Generation
        do {
            next = try Generation(
                core: try current.reconfigured(configuration),
                sockets: sockets.descriptors(of: configuration.listeners), workers: workers, log: log)
        } catch {
            sockets.close(except: state.sockets)
            throw error
        }
        prepare(next.core)
        next.core.begin()
        generations.replace(with: next)
        state.sockets.close(except: sockets)
        state.sockets = sockets
        state.certificates = CertificateWatch(next, log: log)
        state.problem = nil
        return outcome(.configuration)
    }

    /// Waits for what the first requests need, but not longer than a call to an issuer may take.
    private func prepare(_ core: GatewayCore) {
        let isPrepared = DispatchSemaphore(value: 0)
        Task {
            await core.prepare()
            isPrepared.signal()
        }
        _ = isPrepared.wait(timeout: .now() + .seconds(5))
    }

    private func outcome(_ change: ReloadOutcome.Change) -> ReloadOutcome {
        ReloadOutcome(change: change, earlierConfigurations: generations.retiredCount)
    }
}
