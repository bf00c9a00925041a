import EventLoop
import Foundation
import Logging
import TLS

/// A configuration in force, and the threads that serve with it; a reload makes another one.
final class Generation: Sendable {
    let core: GatewayCore
    let mailboxes: [Mailbox<WorkerMessage>]
    /// The certificates' files as they were when they were read.
    let certificateFiles: [String: FileVersion]
    /// Left when the workers have ended.
    let ended = DispatchGroup()
    /// Until they are started, nobody else knows them.
    private nonisolated(unsafe) var workers: [Worker]

    /// Makes the workers; they serve once they are started.
    ///
    /// - Parameter sockets: for each listener, one for each worker; they stay the caller's.
    /// - Throws: a sentence for the operator if a certificate cannot be used.
    init(core: GatewayCore, sockets: [[Int32]], workers count: Int, log: Logger) throws {
        self.core = core
        certificateFiles = FileVersion.of(core.certificates.flatMap { [$0.certificateFile, $0.keyFile] })
        // All are read before any is used, so that a bad one changes nothing.
        let contexts = try (0..<count).map { _ in try core.makeTLSContexts() }
        let mailboxes = try (0..<count).map { _ in try Mailbox<WorkerMessage>() }
        self.mailboxes = mailboxes
        workers = try (0..<count).map { index in
            try Worker(
                core: core, mailbox: mailboxes[index], sockets: sockets.map { $0[index] }, contexts: contexts[index],
                log: log)
        }
    }

    /// Starts the workers, once.
    func start() {
        for (index, worker) in workers.enumerated() {
            // The worker is handed over whole: nothing here touches it afterwards.
            nonisolated(unsafe) let handedOver = worker
            let metrics = core.lasting.metrics
            let own = worker.metrics
            ended.enter()
            metrics.began(own)
            let thread = Thread { [ended] in
                handedOver.run()
                metrics.ended(own)
                ended.leave()
            }
            thread.name = "worker-\(index)"
            thread.start()
        }
        workers = []
    }

    /// Tells all workers.
    func post(_ message: WorkerMessage) {
        for mailbox in mailboxes { mailbox.post(message) }
    }
}
