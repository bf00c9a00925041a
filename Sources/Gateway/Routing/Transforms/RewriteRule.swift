/// One rewrite: what the pattern matches is replaced, what stands before and behind it stays.
public struct RewriteRule: Sendable, Equatable {
    /// What comes of it.
    enum Outcome: Equatable {
        case noMatch
        case rewritten([UInt8])
        case tooLong
    }

    /// `Regex`
    public let expression: RegularExpression
    /// `Replace`
    public let replacement: ReplacementTemplate

    /// Creates a rewrite; the template was read for this expression.
    public init(expression: RegularExpression, replacement: ReplacementTemplate) {
        self.expression = expression
        self.replacement = replacement
    }

    /// Rewrites the leftmost match. The subject is borrowed for the call.
    func apply(to subject: Span<UInt8>, limit: Int) -> Outcome {
        guard let match = expression.firstMatch(in: subject) else { return .noMatch }
        var output: [UInt8] = []
        for index in 0..<match.range.lowerBound { output.append(subject[index]) }
        guard replacement.append(match, in: subject, to: &output, limit: limit),
            output.count + subject.count - match.range.upperBound <= limit
        else { return .tooLong }
        for index in match.range.upperBound..<subject.count { output.append(subject[index]) }
        return .rewritten(output)
    }
}
