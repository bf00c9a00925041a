/// A pattern as instructions for ``RegularExpressionMatcher``.
struct RegularExpressionProgram: Sendable, Equatable {
    enum Instruction: Sendable, Equatable {
        /// Takes this byte and goes on behind.
        case byte(UInt8)
        /// Takes a byte of the set with this index and goes on behind.
        case set(Int)
        /// Goes on at both; the first one is preferred.
        case split(Int, Int)
        case jump(Int)
        /// Notes the position in a slot and goes on behind.
        case save(Int)
        /// Goes on behind if it holds.
        case assertion(RegularExpressionNode.Assertion)
        /// The pattern has matched.
        case match
    }

    var instructions: [Instruction] = []
    var sets: [ByteSet] = []
    var groupCount = 0
    /// A match can begin at the subject's start only.
    var isAnchored = false

    /// Two for the whole match and two for each group.
    var slotCount: Int { 2 + 2 * groupCount }
}
