import EventLoop
import Foundation
import Glibc
import Logging
import Operations
import Synchronization

/// Has the workers use certificates and keys that were replaced on disk: a renewal needs no restart, and ends no connection.
///
/// The files are looked at every minute, and at once when the operator says so (SIGHUP). What cannot be used, such as a certificate whose key has
/// not been copied yet, changes nothing. The local certificates are renewed themselves, when they have less than 30 days left.
final class CertificateWatch: Sendable {
    /// A file as it was when it was looked at; nil where there is none.
    private struct Version: Equatable {
        private let device: UInt64
        private let file: UInt64
        private let size: Int
        private let changedAt: [Int]

        init?(of path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            file = UInt64(status.st_ino)
            size = Int(status.st_size)
            changedAt = [Int(status.st_ctim.tv_sec), Int(status.st_ctim.tv_nsec)]
        }
    }

    private let core: GatewayCore
    private let workers: [Mailbox<WorkerMessage>]
    private let log: Logger
    private let seen: Mutex<[String: Version]>
    /// Files are read here: neither a worker nor the pool of tasks waits for a disk.
    private let queue = DispatchQueue(label: "certificates")

    /// Seconds between two looks.
    static let interval = 60

    /// Takes the files as they are for what the workers have read.
    init(core: GatewayCore, workers: [Mailbox<WorkerMessage>], log: Logger) {
        self.core = core
        self.workers = workers
        self.log = log
        seen = Mutex(Self.versions(core))
    }

    /// Has read what has changed, in the background.
    /// - Parameter isAsked: whether the operator waits for a word of it.
    func look(isAsked: Bool = false) { queue.async { self.read(isAsked: isAsked) } }

    private func read(isAsked: Bool) {
        renewLocalCertificates()
        do {
            let now = Self.versions(core)
            let hasChanged = seen.withLock { $0 != now }
            guard hasChanged || isAsked else { return }
            // All are read before any is used, so that either all workers have them or none.
            let contexts = try workers.map { _ in
                try core.configuration.listeners.map {
                    $0.protocol == .https ? try core.makeTLSContext(for: $0) : nil
                }
            }
            for (worker, contexts) in zip(workers, contexts) { worker.post(.useCertificates(contexts)) }
            seen.withLock { $0 = now }
            log.notice(hasChanged ? "new certificates are in use" : "the certificates have not changed")
        } catch {
            log.error(
                "the certificates cannot be read again; the old ones stay in use", metadata: ["error": "\(error)"])
        }
    }

    private func renewLocalCertificates() {
        guard let paths = core.localCertificates else { return }
        do {
            _ = try LocalCertificates.ensure(
                in: URL(filePath: paths.chainFile).deletingLastPathComponent().path, now: Date())
        } catch {
            log.error("the local certificates cannot be renewed", metadata: ["error": "\(error)"])
        }
    }

    private static func versions(_ core: GatewayCore) -> [String: Version] {
        var versions: [String: Version] = [:]
        for listener in core.configuration.listeners where listener.protocol == .https {
            var files = listener.certificates.flatMap { [$0.certificateFile, $0.keyFile] }
            if files.isEmpty { files = core.localCertificates.map { [$0.chainFile, $0.keyFile] } ?? [] }
            for file in files { versions[file] = Version(of: file) }
        }
        return versions
    }
}
