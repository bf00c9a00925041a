import ConfigurationReading
import Routing

/// Reads `ForwardConfig`: one target group by its name, or several with weights.
struct ForwardReader {
    /// The names forward actions may use, by index.
    let targetGroups: [String]

    /// Stands in where nothing can be read; the reader has a problem then, so nobody ever meets it.
    private static let placeholder = RuleAction.forward(targetGroup: 0)

    func read(_ action: ConfigurationNode) -> RuleAction {
        guard let node = action.child("ForwardConfig") else {
            action.report("ForwardConfig", found: "nothing", wanted: "a TargetGroupName, or TargetGroups with weights")
            return Self.placeholder
        }
        let stickiness = readStickiness(node)
        guard node.has("TargetGroups") else {
            guard let index = targetGroup(node) else { return Self.placeholder }
            return .forward(ForwardAction(groups: [.init(targetGroup: index, weight: 1)], stickiness: stickiness))
        }
        if node.has("TargetGroupName") {
            node.report("TargetGroupName", found: "a name beside TargetGroups", wanted: "one of the two")
            _ = node.string("TargetGroupName")
        }
        let groups = node.children("TargetGroups").compactMap(readWeighted)
        return check(node, groups) ? .forward(ForwardAction(groups: groups, stickiness: stickiness)) : Self.placeholder
    }

    private func readWeighted(_ node: ConfigurationNode) -> ForwardAction.WeightedGroup? {
        let weight = node.int("Weight", in: ForwardAction.weights, default: 1)
        return targetGroup(node).map { ForwardAction.WeightedGroup(targetGroup: $0, weight: weight) }
    }

    private func targetGroup(_ node: ConfigurationNode) -> Int? {
        let name = node.string("TargetGroupName")
        if let index = targetGroups.firstIndex(of: name) { return index }
        if !name.isEmpty {
            node.report(
                "TargetGroupName", found: name,
                wanted: targetGroups.isEmpty
                    ? "the name of a target group, and TargetGroups" : targetGroups.joined(separator: " or "))
        }
        return nil
    }

    private func check(_ node: ConfigurationNode, _ groups: [ForwardAction.WeightedGroup]) -> Bool {
        let count = node.children("TargetGroups").count
        if !(1...ForwardAction.groupsLimit).contains(count) {
            node.report(
                "TargetGroups", found: count == 0 ? "none" : "\(count)",
                wanted: "1 to \(ForwardAction.groupsLimit) target groups in one action")
        }
        if Set(groups.map(\.targetGroup)).count != groups.count {
            node.report("TargetGroups", found: "the same target group twice", wanted: "each target group once")
        }
        let isReachable = groups.contains { $0.weight > 0 }
        if !isReachable, groups.count == count, count > 0 {
            node.report(
                "TargetGroups", found: "no weight above 0", wanted: "at least one, or nothing could be forwarded")
        }
        return isReachable
    }

    private func readStickiness(_ node: ConfigurationNode) -> Int? {
        guard let config = node.child("TargetGroupStickinessConfig") else { return nil }
        let isEnabled = config.bool("Enabled", default: false)
        guard isEnabled || config.has("DurationSeconds") else { return nil }
        let seconds = config.int("DurationSeconds", in: ForwardAction.stickinessDurations)
        return isEnabled ? seconds : nil
    }
}
