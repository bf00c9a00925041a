import ConfigurationReading

extension GatewayConfiguration {
    /// A port on which metrics and health are read, in the clear, by whoever reaches it.
    public struct MetricsListener: Sendable, Equatable {
        /// An IPv4 or IPv6 address without brackets.
        public let address: String
        /// 1 to 65535.
        public let port: Int

        static func read(_ admin: ConfigurationNode?, beside listeners: [Listener]) -> MetricsListener? {
            guard let admin, admin.has("MetricsPort") || admin.has("MetricsAddress") else { return nil }
            let port = admin.int("MetricsPort", in: 1...65535)
            if let listener = listeners.first(where: { $0.port == port && port > 0 }) {
                admin.report(
                    "MetricsPort", found: "\(port), the port of listener \(listener.name)",
                    wanted: "a port no listener has")
            }
            return MetricsListener(address: Listener.readAddress(admin, "MetricsAddress"), port: port)
        }
    }
}
