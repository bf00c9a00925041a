import Operations

extension GatewayConfiguration {
    /// A setting of what outlives a reload.
    private struct LastingSetting {
        let key: String
        let value: @Sendable (GatewayConfiguration) -> AnyHashable
    }

    /// Every setting that ``LastingParts`` and the number of threads are made of.
    private static let lastingSettings = [
        LastingSetting(key: "Workers") { $0.workers },
        LastingSetting(key: "LoadBalancerArn") { $0.loadBalancerArn },
        LastingSetting(key: "Admin.Socket") { $0.adminSocket },
        LastingSetting(key: "Admin.MetricsAddress") { $0.metricsListener?.address },
        LastingSetting(key: "Admin.MetricsPort") { $0.metricsListener?.port },
        LastingSetting(key: "LogLevel") { $0.logLevel },
        LastingSetting(key: "gatehouse.sessions.store") { $0.attributes.sessionPlace },
        LastingSetting(key: "gatehouse.sessions.journal.enabled") { $0.attributes.keepsSessions },
        LastingSetting(key: "gatehouse.sessions.limit.count") { $0.attributes.sessionsLimit },
        LastingSetting(key: "gatehouse.sessions.limit.bytes") { $0.attributes.sessionBytesLimit },
        LastingSetting(key: "gatehouse.held_request.body.bytes") { $0.attributes.heldBodyLimit },
        LastingSetting(key: "gatehouse.held_request.total.bytes") { $0.attributes.heldTotalLimit },
        LastingSetting(key: "gatehouse.audit.file.bytes") { $0.attributes.auditFileLimit },
        LastingSetting(key: "gatehouse.access_log.enabled") { $0.attributes.logsAccess },
        LastingSetting(key: "gatehouse.access_log.file.bytes") { $0.attributes.accessFileLimit },
        LastingSetting(key: "gatehouse.access_log.files.count") { $0.attributes.accessFilesLimit },
    ]

    /// The keys that change with a restart only.
    static var lastingKeys: [String] { lastingSettings.map(\.key) }

    /// Refuses what a reload cannot do, whole: half a new configuration would be neither the old nor the new one.
    ///
    /// - Throws: a sentence for the operator that names the keys.
    func requireReloadable(from old: GatewayConfiguration) throws(OperationsError) {
        let changed = Self.lastingSettings.filter { $0.value(self) != $0.value(old) }.map(\.key)
        guard !changed.isEmpty else { return }
        throw OperationsError(
            "\(changed.joined(separator: ", ")) \(changed.count == 1 ? "changes" : "change") with a restart only. "
                + "Restart the gateway, or put the old value back and reload.")
    }
}
