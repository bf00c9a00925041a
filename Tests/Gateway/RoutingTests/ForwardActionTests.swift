import Routing
import Testing

@Suite("Weighted forward: a pure choice")
struct ForwardActionTests {
    private func action(_ weights: Int..., stickiness: Int? = nil) -> ForwardAction {
        ForwardAction(
            groups: weights.enumerated().map { .init(targetGroup: $0.offset, weight: $0.element) },
            stickiness: stickiness)
    }

    @Test("each group gets its share of all draws, to the last one")
    func shares() {
        let action = action(1, 0, 2, 997)
        let draws = 100_000
        var counts = [0, 0, 0, 0]
        for draw in 0..<draws {
            counts[action.choose(random: UInt64(draw) * (UInt64.max / UInt64(draws - 1)))] += 1
        }
        #expect(counts[1] == 0)
        for (count, share) in zip(counts, [100, 0, 200, 99_700]) { #expect(abs(count - share) <= 1) }
        #expect(action.choose(random: 0) == 0)
        #expect(action.choose(random: .max) == 3)
    }

    @Test("one group needs no choice, whatever its weight")
    func only() {
        #expect(action(7).only == 0)
        #expect(action(7, 1).only == nil)
        #expect(
            RuleAction.forward(targetGroup: 3) == .forward(ForwardAction(groups: [.init(targetGroup: 3, weight: 1)])))
    }

    @Test("a client stays with a group of this rule that is in service")
    func keeps() {
        let action = action(1, 0, stickiness: 60)
        #expect(action.keeps(targetGroup: 0))
        #expect(!action.keeps(targetGroup: 1), "weight 0 takes a group out of service")
        #expect(!action.keeps(targetGroup: 2))
    }
}
