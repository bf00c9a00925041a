/// Why a pattern is no regular expression, or none that runs in linear time.
public struct RegularExpressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: Sendable, Equatable, CaseIterable {
        case empty, tooLong, notASCII, tooComplex, tooManyGroups, tooDeep
        case lookAround, backReference, atomicGroup, possessive, recursion, unicodeClass, namedGroup, flags
        case unknownEscape, unfinishedEscape, unclosedGroup, unopenedGroup
        case unclosedClass, nestedClass, rangeOrder, nothingToRepeat, badRepetition, repetitionTooLarge
        case unknownGroup, badReplacement, replacementTooLong
    }

    /// What is wrong.
    public let code: Code
    /// Which character of the pattern, from 1; 0 where the whole is meant.
    public let position: Int

    init(_ code: Code, at position: Int = 0) {
        self.code = code
        self.position = position
    }

    /// Half a sentence: `a back-reference (character 5)`.
    public var description: String {
        position > 0 ? "\(Self.words(code)) (character \(position))" : Self.words(code)
    }

    /// Whether the pattern would run in other engines: it is not wrong, but cannot be had here.
    public var isUnsupported: Bool {
        switch code {
        case .lookAround, .backReference, .atomicGroup, .possessive, .recursion, .unicodeClass, .namedGroup, .flags:
            true
        default: false
        }
    }

    private static func words(_ code: Code) -> String {
        switch code {
        case .empty: "an empty pattern"
        case .tooLong: "more than \(RegularExpression.lengthLimit) characters"
        case .notASCII: "a character that is not visible ASCII"
        case .tooComplex:
            "a pattern of more than \(RegularExpression.programLimit) steps (counted repetitions multiply)"
        case .tooManyGroups: "more than \(RegularExpression.groupLimit) groups; (?:…) groups without counting"
        case .tooDeep: "groups nested too deep"
        case .lookAround: "look-ahead or look-behind, which is not supported"
        case .backReference: "a back-reference, which is not supported"
        case .atomicGroup: "an atomic group, which is not supported"
        case .possessive: "a possessive or doubled quantifier, which is not supported"
        case .recursion: "recursion or a subroutine, which is not supported"
        case .unicodeClass: "a Unicode class such as \\p{L}, which is not supported"
        case .namedGroup: "a named group, which is not supported; groups are numbered"
        case .flags: "a flag other than (?i) at the beginning, which is not supported"
        case .unknownEscape: "an unknown escape"
        case .unfinishedEscape: "a \\ at the end"
        case .unclosedGroup: "a ( without its )"
        case .unopenedGroup: "a ) without its ("
        case .unclosedClass: "a [ without its ]"
        case .nestedClass: "a [ or && within [ ]; write \\[ or \\&"
        case .rangeOrder: "a range such as z-a, in the wrong order"
        case .nothingToRepeat: "a quantifier with nothing before it"
        case .badRepetition: "a { that begins no repetition; write \\{"
        case .repetitionTooLarge: "a repetition of more than \(RegularExpression.repetitionLimit)"
        case .unknownGroup: "a $ and the number of a group that the pattern does not have"
        case .badReplacement: "a $ that is neither $1, ${1} nor $$"
        case .replacementTooLong: "a replacement of more than \(RegularExpression.lengthLimit) characters"
        }
    }
}
