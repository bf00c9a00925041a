import ConfigurationReading
public import Proxy
import Routing

extension GatewayConfiguration {
    /// A port, and what happens to what comes in there.
    public struct Listener: Sendable, Equatable {
        /// How clients speak to it.
        public enum ListenerProtocol: String, Sendable, CaseIterable {
            /// In the clear.
            case http = "HTTP"
            /// Over TLS.
            case https = "HTTPS"
        }

        /// A certificate chain and its key.
        public struct Certificate: Sendable, Equatable {
            /// PEM, the leaf first; absolute. `CertificateFile`
            public let certificateFile: String
            /// PEM; absolute. `KeyFile`
            public let keyFile: String
        }

        /// For logs and messages. `Name`
        public let name: String
        /// `Protocol`
        public let `protocol`: ListenerProtocol
        /// An IPv4 or IPv6 address without brackets. `Address`
        public let address: String
        /// 0 lets the system choose. `Port`
        public let port: Int
        /// The first is the default one; empty on an HTTPS listener means the local authority's leaf. `Certificates`
        public let certificates: [Certificate]
        /// What its responses say besides what backends say. `Attributes`
        public let responseFields: ResponseFields
        /// `Rules`, and `DefaultActions` as its last rule.
        public let rules: RuleTable

        /// Where a listener listens if nothing is said.
        public static let defaultAddress = "127.0.0.1"
        /// The load balancer's quotas: listeners of one gateway, rules of one listener, certificates beside the default.
        static let listenersLimit = 50
        static let rulesLimit = 100
        static let certificatesLimit = 26
        static let priorities = 1...50_000

        static func readAll(
            _ root: ConfigurationNode, files: FileReferences, actions: inout ActionReader
        ) -> [Listener] {
            var listeners: [Listener] = []
            for node in root.children("Listeners") {
                listeners.append(read(node, files: files, actions: &actions))
            }
            if !(1...listenersLimit).contains(listeners.count) {
                root.report(
                    "Listeners", found: listeners.isEmpty ? "none" : "\(listeners.count)",
                    wanted: "1 to \(listenersLimit) listeners")
            }
            root.reportRepetitions(in: listeners.map(\.name), of: "Listeners", key: "Name")
            for (index, listener) in listeners.enumerated() where listener.port != 0 {
                let others = listeners[..<index]
                if others.contains(where: { $0.port == listener.port && $0.address == listener.address }) {
                    root.report(
                        "Listeners[\(index)].Port", found: "\(listener.address) port \(listener.port) a second time",
                        wanted: "an address and port no other listener has")
                }
            }
            return listeners
        }

        private static func read(
            _ node: ConfigurationNode, files: FileReferences, actions: inout ActionReader
        ) -> Listener {
            let `protocol` = node.choice("Protocol", default: nil as ListenerProtocol?) ?? .https
            actions.beginListener()
            let defaultRule = ListenerRule(
                priority: nil, conditions: [], transforms: nil,
                actions: actions.read(node, "DefaultActions", listenerProtocol: `protocol`))
            return Listener(
                name: node.string("Name"), protocol: `protocol`, address: readAddress(node),
                port: node.int("Port", in: 0...65535),
                certificates: readCertificates(node, protocol: `protocol`, files: files),
                responseFields: ResponseFieldReader.read(node),
                rules: RuleTable(
                    rules: readRules(node, protocol: `protocol`, actions: &actions), defaultRule: defaultRule))
        }

        static func readAddress(_ node: ConfigurationNode, _ key: String = "Address") -> String {
            let address = node.string(key, default: defaultAddress)
            let bytes = Array(address.utf8)
            if !IPAddressText.isIPv4(bytes.span), !IPAddressText.isIPv6(bytes.span) {
                node.report(
                    key, found: address,
                    wanted: "an IPv4 or IPv6 address, such as 127.0.0.1, 0.0.0.0, ::1 or ::")
            }
            return address
        }

        private static func readCertificates(
            _ node: ConfigurationNode, protocol: ListenerProtocol, files: FileReferences
        ) -> [Certificate] {
            let certificates = node.children("Certificates").compactMap { certificate -> Certificate? in
                let chain = files.existing(certificate, "CertificateFile")
                let key = files.existing(certificate, "KeyFile")
                if chain == nil { _ = certificate.string("CertificateFile") }
                if key == nil { _ = certificate.string("KeyFile") }
                guard let chain, let key else { return nil }
                return Certificate(certificateFile: chain, keyFile: key)
            }
            if `protocol` == .http, node.has("Certificates") {
                node.report("Certificates", found: "certificates", wanted: "none on an HTTP listener")
            }
            if certificates.count > certificatesLimit {
                node.report(
                    "Certificates", found: "\(certificates.count)", wanted: "at most \(certificatesLimit) certificates")
            }
            return certificates
        }

        private static func readRules(
            _ node: ConfigurationNode, protocol: ListenerProtocol, actions: inout ActionReader
        ) -> [ListenerRule] {
            var rules: [ListenerRule] = []
            for rule in node.children("Rules") {
                let priority = rule.int("Priority", in: priorities)
                if rules.contains(where: { $0.priority == priority }) {
                    rule.report("Priority", found: "\(priority) a second time", wanted: "a priority no other rule has")
                }
                let conditions = ConditionReader.read(rule)
                let read = actions.read(rule, "Actions", listenerProtocol: `protocol`)
                let transforms = TransformReader.read(rule, action: read.routing)
                let takesEncodedDelimiters = rule.bool("AllowEncodedDelimiters", default: false)
                if takesEncodedDelimiters, transforms != nil {
                    rule.report(
                        "AllowEncodedDelimiters", found: "it beside Transforms",
                        wanted: "one of them: an expression could not tell an encoded delimiter from a real one")
                }
                rules.append(
                    ListenerRule(
                        priority: priority, conditions: conditions, transforms: transforms,
                        takesEncodedDelimiters: takesEncodedDelimiters, actions: read))
            }
            if rules.count > rulesLimit {
                node.report("Rules", found: "\(rules.count)", wanted: "at most \(rulesLimit) rules")
            }
            return rules
        }
    }
}

extension ListenerRule {
    fileprivate init(
        priority: Int?, conditions: [RuleCondition], transforms: RequestTransforms?,
        takesEncodedDelimiters: Bool = false,
        actions: ActionReader.Actions
    ) {
        self.init(
            priority: priority, conditions: conditions, authentication: actions.authentication, bearer: actions.bearer,
            authorization: actions.authorization, action: actions.routing, transforms: transforms,
            takesEncodedDelimiters: takesEncodedDelimiters)
    }
}
