import ConfigurationReading

extension GatewayConfiguration {
    /// Backends that can answer for each other.
    public struct TargetGroup: Sendable, Equatable {
        /// The name rules use. `Name`
        public let name: String
        /// At least one. `Targets`
        public let targets: [Target]

        /// The most target groups of one gateway, and targets of one group: the load balancer's quotas.
        static let groupsLimit = 100
        static let targetsLimit = 1000

        static func readAll(_ root: ConfigurationNode, files: FileReferences) -> [TargetGroup] {
            let groups = root.children("TargetGroups").map { node in
                TargetGroup(name: node.string("Name"), targets: readTargets(node, files: files))
            }
            if groups.count > groupsLimit {
                root.report("TargetGroups", found: "\(groups.count)", wanted: "at most \(groupsLimit) target groups")
            }
            root.reportRepetitions(in: groups.map(\.name), of: "TargetGroups", key: "Name")
            return groups
        }

        private static func readTargets(_ node: ConfigurationNode, files: FileReferences) -> [Target] {
            let targets = node.children("Targets").map {
                Target(socket: files.socket($0, "Socket", default: nil))
            }
            if !(1...targetsLimit).contains(targets.count) {
                node.report(
                    "Targets", found: targets.isEmpty ? "none" : "\(targets.count)",
                    wanted: "1 to \(targetsLimit) targets, each with a Socket")
            }
            return targets
        }
    }

    /// One backend.
    public struct Target: Sendable, Equatable {
        /// The path of the Unix socket it listens on, absolute. `Socket`
        public let socket: String
    }
}

extension ConfigurationNode {
    /// Reports every name after its first appearance in a list of mappings.
    func reportRepetitions(in names: [String], of list: String, key: String) {
        for (index, name) in names.enumerated() where !name.isEmpty && names[..<index].contains(name) {
            report("\(list)[\(index)].\(key)", found: "\(name) a second time", wanted: "a name no other one has")
        }
    }
}
