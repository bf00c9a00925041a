import EventLoop
import Foundation
import Logging
import Operations

/// Has a generation's workers use certificates and keys that were replaced on disk: a renewal needs no restart, and ends no connection.
///
/// What cannot be used, such as a certificate whose key has not been copied yet, changes nothing. The local certificates are renewed
/// themselves, when they have less than 30 days left.
struct CertificateWatch {
    private let generation: Generation
    private let log: Logger
    /// The files as they were before they were read.
    private var seen: [String: FileVersion]

    /// Seconds between two looks.
    static let interval = 60

    /// Takes the files as they were for what the workers have read.
    init(_ generation: Generation, log: Logger) {
        self.generation = generation
        self.log = log
        seen = generation.certificateFiles
        noteExpiries()
    }

    /// Reads what has changed.
    ///
    /// - Parameter isAsked: whether the operator waits for a word of it: then all is read.
    /// - Returns: whether there were new ones.
    /// - Throws: why they cannot be used; the old ones stay in use.
    @discardableResult
    mutating func look(isAsked: Bool) throws -> Bool {
        let core = generation.core
        if let paths = core.localCertificates {
            _ = try LocalCertificates.ensure(
                in: URL(filePath: paths.chainFile).deletingLastPathComponent().path, now: Date())
        }
        let now = FileVersion.of(Array(seen.keys))
        let hasChanged = seen != now
        guard hasChanged || isAsked else { return false }
        // All are read before any is used, so that either all workers have them or none.
        let contexts = try generation.mailboxes.map { _ in try core.makeTLSContexts() }
        for (worker, contexts) in zip(generation.mailboxes, contexts) { worker.post(.useCertificates(contexts)) }
        seen = now
        noteExpiries()
        if hasChanged { log.notice("new certificates are in use") }
        return hasChanged
    }

    /// For whoever watches that none runs out.
    private func noteExpiries() {
        let core = generation.core
        core.lasting.metrics.uses(
            core.configuration.listeners.flatMap { listener in
                core.certificates(of: listener).compactMap { certificate in
                    PEM.expiry(ofFile: certificate.certificateFile).map {
                        GatewayMetrics.CertificateExpiry(
                            listener: listener.name, file: certificate.certificateFile, time: $0)
                    }
                }
            })
    }
}
