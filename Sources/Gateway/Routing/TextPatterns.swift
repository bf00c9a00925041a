/// The alternatives of a condition on text: `Values` with wildcards, `RegexValues`, or both.
public struct TextPatterns: Sendable, Equatable {
    /// `Values`
    public let wildcards: [WildcardPattern]
    /// `RegexValues`
    public let expressions: [RegularExpression]

    /// Creates alternatives.
    public init(wildcards: [WildcardPattern] = [], expressions: [RegularExpression] = []) {
        self.wildcards = wildcards
        self.expressions = expressions
    }

    /// Whether one of them matches; the text is borrowed for the call.
    func match(_ text: Span<UInt8>) -> Bool {
        for index in wildcards.indices where wildcards[index].matches(text) { return true }
        for index in expressions.indices where expressions[index].matches(text) { return true }
        return false
    }

    /// Whether one of them matches a canonical path. Regular expressions see it as patterns do, as a backend that decodes once
    /// sees it: `%20` is a space.
    func matchPath(_ path: Span<UInt8>) -> Bool {
        for index in wildcards.indices where wildcards[index].matches(path) { return true }
        if expressions.isEmpty { return false }
        let decoded = Self.decoded(path)
        for index in expressions.indices where expressions[index].matches(decoded.span) { return true }
        return false
    }

    private static func decoded(_ path: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        var index = 0
        while index < path.count {
            if path[index] == UInt8(ascii: "%"), index + 2 < path.count,
                let value = Hexadecimal.value(path[index + 1], path[index + 2])
            {
                result.append(value)
                index += 3
            } else {
                result.append(path[index])
                index += 1
            }
        }
        return result
    }
}
