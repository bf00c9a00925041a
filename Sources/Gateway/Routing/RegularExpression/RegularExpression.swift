/// A regular expression whose matching takes time proportional to the subject, whatever the pattern.
///
/// The subject is a client's, so an engine that backtracks would hand every client a way to stop a worker. This one walks all
/// alternatives at once (K. Thompson 1968; with capture groups as R. Cox describes for Pike's machine): at most
/// ``programLimit`` steps for each byte of the subject, and no way around that bound. What such a machine cannot do is refused
/// when the pattern is read: look-around, back-references, atomic groups, possessive quantifiers, recursion. They are what the
/// load balancer's engine lacks, too.
///
/// Understood: `.` `[a-z]` `[^…]` `\d \w \s \D \W \S` `\t \n \r \xHH`, `\` before punctuation, `^ $ \A \z \b \B`, `(…)`
/// `(?:…)` `(?i)` at the beginning, `|`, and `* + ? {n} {n,} {n,m}`, each lazy with a `?` behind it. Everything works on bytes;
/// `.` is any byte but a line feed. Where several matches are possible it is the leftmost one, alternatives in the order in
/// which they are written.
public struct RegularExpression: Sendable, Equatable {
    /// The longest pattern, in bytes: the load balancer's limit for transforms (conditions allow less).
    public static let lengthLimit = 1024
    /// The most instructions a pattern may need once its counted repetitions are written out.
    public static let programLimit = 1024
    /// The largest number in a counted repetition.
    public static let repetitionLimit = 255
    /// The most capture groups.
    public static let groupLimit = 20

    /// The pattern as it was written.
    public let text: String
    /// How many capture groups it has.
    public var groupCount: Int { program.groupCount }

    let program: RegularExpressionProgram

    /// Compiles a pattern.
    ///
    /// - Parameters:
    ///   - text: Visible ASCII and spaces.
    ///   - ignoresCase: ASCII letters match either case.
    /// - Throws: What is wrong or not supported, and where.
    public init(_ text: String, ignoresCase: Bool = false) throws(RegularExpressionError) {
        var parser = try RegularExpressionParser(text, ignoresCase: ignoresCase)
        let tree = try parser.parse()
        self.text = text
        program = try RegularExpressionCompiler.compile(tree, groupCount: parser.groupCount)
    }

    /// Whether the pattern matches somewhere in the subject, which is borrowed for the call.
    public func matches(_ subject: Span<UInt8>) -> Bool {
        var matcher = RegularExpressionMatcher(program, keepsGroups: false)
        return matcher.run(subject)
    }

    /// The leftmost match; nil if there is none. The subject is borrowed for the call.
    public func firstMatch(in subject: Span<UInt8>) -> RegularExpressionMatch? {
        var matcher = RegularExpressionMatcher(program, keepsGroups: true)
        guard matcher.run(subject) else { return nil }
        return RegularExpressionMatch(slots: matcher.matchedSlots)
    }
}

/// Where a pattern and its groups matched.
public struct RegularExpressionMatch: Sendable, Equatable {
    private let slots: [Int32]

    init(slots: [Int32]) { self.slots = slots }

    /// The match as a whole.
    public var range: Range<Int> { Int(slots[0])..<Int(slots[1]) }

    /// A group's place, 0 for the whole match; nil for a group that had no part in the match.
    public func group(_ number: Int) -> Range<Int>? {
        let (start, end) = (slots[2 * number], slots[2 * number + 1])
        return start < 0 || end < 0 ? nil : Int(start)..<Int(end)
    }
}
