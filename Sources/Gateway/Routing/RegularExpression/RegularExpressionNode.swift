/// A regular expression as a tree. Lists stand where a node has exactly one child, too, so that no case is `indirect`.
enum RegularExpressionNode: Sendable, Equatable {
    /// A place in the subject, of no width.
    enum Assertion: Sendable, Equatable {
        /// `^`, `\A`
        case start
        /// `$`, `\z`: the very end, no line feed behind.
        case end
        /// `\b`
        case wordBoundary
        /// `\B`
        case noWordBoundary
    }

    case set(ByteSet)
    case assertion(Assertion)
    case sequence([RegularExpressionNode])
    case alternatives([RegularExpressionNode])
    /// A group that is captured; numbers from 1.
    case group(number: Int, [RegularExpressionNode])
    /// The node, from `least` to `most` times; `most` nil: without end.
    case repetition([RegularExpressionNode], least: Int, most: Int?, isLazy: Bool)
}
