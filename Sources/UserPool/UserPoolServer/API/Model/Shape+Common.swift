/// The texts and structures that many requests share (spec: shapes of ids and common members).
extension Shape {
    static func text(_ length: ClosedRange<Int> = 0...131_072) -> Shape { .text(TextRule(length: length)) }

    static func oneOf(_ values: String...) -> Shape { .text(TextRule(values: values)) }

    static let poolID = Shape.text(
        TextRule(
            length: 1...55,
            pattern: (
                #"[\w-]+_[0-9a-zA-Z]+"#,
                {
                    $0.wholeMatch(of: /[A-Za-z0-9_-]+_[0-9a-zA-Z]+/) != nil
                }
            )))
    static let poolName = Shape.text(.name)
    static let clientName = Shape.text(.name)
    static let clientID = Shape.text(TextRule(length: 1...128, pattern: TextRule.wordOrPlus, isSecret: true))
    static let clientSecret = Shape.text(TextRule(length: 24...64, pattern: TextRule.wordOrPlus, isSecret: true))
    static let username = Shape.text(TextRule(length: 1...128, pattern: TextRule.printable, isSecret: true))
    static let groupName = Shape.text(TextRule(length: 1...128, pattern: TextRule.printable))
    static let password = Shape.text(TextRule(length: 0...256, pattern: TextRule.nonSpace, isSecret: true))
    static let code = Shape.text(TextRule(length: 1...2048, pattern: TextRule.nonSpace))
    static let session = Shape.text(TextRule(length: 20...2048, isSecret: true))
    static let token = Shape.text(
        TextRule(
            pattern: (
                "[A-Za-z0-9-_=.]+",
                {
                    TextRule.all($0) {
                        $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_=.".unicodeScalars.contains($0))
                    }
                }
            ), isSecret: true))
    static let secretHash = Shape.text(
        TextRule(
            length: 1...128,
            pattern: (
                #"[\w+=/]+"#,
                { TextRule.all($0) { TextRule.isWord($0) || "+=/".unicodeScalars.contains($0) } }
            ), isSecret: true))
    static let pageToken = Shape.text(TextRule(length: 1...131_072, pattern: TextRule.nonSpace))
    static let limit = Shape.integer(0...60)
    static let arn = Shape.text(
        TextRule(
            length: 20...2048,
            pattern: (
                #"arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?"#,
                {
                    $0.wholeMatch(
                        of:
                            /arn:[\w+=\/,.@-]+:[\w+=\/,.@-]+:([\w+=\/,.@-]*)?:[0-9]+:[\w+=\/,.@-]+(:[\w+=\/,.@-]+)?(:[\w+=\/,.@-]+)?/
                    ) != nil
                }
            )))
    static let domain = Shape.text(
        TextRule(
            length: 1...63,
            pattern: (
                #"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$"#,
                { $0.wholeMatch(of: /[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?/) != nil }
            )))
    static let redirectURL = Shape.text(TextRule(length: 1...1024, pattern: TextRule.printable))
    static let attributeName = Shape.text(TextRule(length: 1...32, pattern: TextRule.printableOrSpace))
    static let attributes = Shape.list(
        of: .structure([
            .required("Name", attributeName), .optional("Value", .text(TextRule(length: 0...2048, isSecret: true))),
        ]))
    static let attributeNames = Shape.list(of: attributeName)
    static let metadata = Shape.map(key: TextRule(), value: TextRule())
    static let parameters = Shape.map(key: TextRule(), value: TextRule(isSecret: true))
    static let tags = Shape.map(key: TextRule(length: 1...128), value: TextRule(length: 0...256))
    /// A text into which a code is put.
    static func message(_ length: ClosedRange<Int>) -> Shape {
        .text(
            TextRule(
                length: length,
                pattern: (
                    #"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*"#,
                    { $0.contains("{####}") }
                )))
    }
    static let factorSettings = Shape.structure([.optional("Enabled", .boolean), .optional("PreferredMfa", .boolean)])
}

extension TextRule {
    typealias Pattern = (text: String, matches: @Sendable (String) -> Bool)

    /// Names of pools and clients.
    static let name = TextRule(
        length: 1...128,
        pattern: (
            #"[\w\s+=,.@-]+"#,
            { all($0) { isWord($0) || $0.properties.isWhitespace || "+=,.@-".unicodeScalars.contains($0) } }
        ))

    static let wordOrPlus: Pattern = (#"[\w+]+"#, { all($0) { isWord($0) || $0 == "+" } })
    static let nonSpace: Pattern = (#"[\S]+"#, { all($0) { !$0.properties.isWhitespace } })
    static let printable: Pattern = (#"[\p{L}\p{M}\p{S}\p{N}\p{P}]+"#, { all($0, isPrintable) })
    static let printableOrSpace: Pattern = (
        #"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"#,
        { all($0) { isPrintable($0) || "\t\n\r ".unicodeScalars.contains($0) } }
    )

    /// Whether `text` has characters and all are allowed.
    static func all(_ text: String, _ isAllowed: (Unicode.Scalar) -> Bool) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy(isAllowed)
    }

    /// `\w` as Java has it, in which the service model's patterns are meant.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    /// `[\p{L}\p{M}\p{S}\p{N}\p{P}]`.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            false
        default: true
        }
    }
}
