/// `forward`: one target group, or several that share the requests by weight.
public struct ForwardAction: Sendable, Equatable {
    /// A target group and its share.
    public struct WeightedGroup: Sendable, Equatable {
        /// Which of the configuration's target groups, from 0.
        public let targetGroup: Int
        /// 0 to 999; its share is this number of the sum of all.
        public let weight: Int

        /// Creates a share.
        public init(targetGroup: Int, weight: Int) {
            self.targetGroup = targetGroup
            self.weight = weight
        }
    }

    /// The load balancer's limit for one action.
    public static let groupsLimit = 5
    /// The load balancer's range of weights.
    public static let weights = 0...999
    /// Seconds a client may be kept with its group.
    public static let stickinessDurations = 1...604_800

    /// 1 to 5 groups, each once, not all of them with weight 0.
    public let groups: [WeightedGroup]
    /// Seconds a client stays with the group that was chosen for it; nil: every request is chosen for anew.
    public let stickiness: Int?

    private let total: UInt64

    /// Creates an action.
    public init(groups: [WeightedGroup], stickiness: Int? = nil) {
        self.groups = groups
        self.stickiness = stickiness
        total = groups.reduce(0) { $0 + UInt64($1.weight) }
        precondition(total > 0, "a forward action reaches at least one target group")
    }

    /// The target group, where there is nothing to choose.
    public var only: Int? { groups.count == 1 ? groups[0].targetGroup : nil }

    /// The target group for one request.
    ///
    /// - Parameter random: Any 64 bits, a new draw for each request.
    public func choose(random: UInt64) -> Int {
        var rest = random.multipliedFullWidth(by: total).high
        for group in groups {
            if rest < UInt64(group.weight) { return group.targetGroup }
            rest -= UInt64(group.weight)
        }
        preconditionFailure("the draw lies below the sum of the weights")
    }

    /// Whether a client that was given this group before may stay: it is one of these, and its weight is not 0, by which an
    /// operator takes a group out of service.
    public func keeps(targetGroup: Int) -> Bool {
        groups.contains { $0.targetGroup == targetGroup && $0.weight > 0 }
    }
}
