import ConfigurationReading
import Routing

extension ConditionReader {
    // MARK: Text, as patterns or as regular expressions

    mutating func readPatterns(_ node: ConfigurationNode, _ field: Field) -> TextPatterns {
        guard node.has("RegexValues") else {
            return TextPatterns(wildcards: counted(node, "Values").compactMap { pattern($0, node, field) })
        }
        if node.has("Values") {
            node.report("RegexValues", found: "Values and RegexValues", wanted: "one of the two in a condition")
            _ = node.strings("Values", default: [])
        }
        return TextPatterns(
            expressions: counted(node, "RegexValues").compactMap {
                Self.expression($0, node, "RegexValues", ignoresCase: field != .pathPattern)
            })
    }

    /// The texts under a key, counted as values of the condition and of the rule.
    private mutating func counted(_ node: ConfigurationNode, _ key: String) -> [String] {
        let texts = node.strings(key)
        count(texts.count, node, key, isEmpty: texts.isEmpty && node.has(key))
        return texts
    }

    private mutating func count(_ number: Int, _ node: ConfigurationNode, _ key: String, isEmpty: Bool) {
        values += number
        if isEmpty || number > Self.valuesOfCondition.upperBound {
            node.report(
                key, found: "\(number) values",
                wanted:
                    "\(Self.valuesOfCondition.lowerBound) to at most \(Self.valuesOfCondition.upperBound) in one condition"
            )
        }
    }

    private mutating func pattern(_ text: String, _ node: ConfigurationNode, _ field: Field) -> WildcardPattern? {
        let comparison: WildcardPattern.Comparison = field == .pathPattern ? .path : .caseInsensitive
        guard Self.isWritable(text, field), let pattern = WildcardPattern(text, comparison: comparison) else {
            node.report("Values", found: text, wanted: Self.wanted(field))
            return nil
        }
        if field == .pathPattern, text.utf8.first != UInt8(ascii: "/"), text.utf8.first != UInt8(ascii: "*") {
            node.report("Values", found: text, wanted: "a path pattern that begins with / or *")
        }
        wildcards += pattern.wildcardCount
        return pattern
    }

    private static func isWritable(_ text: String, _ field: Field) -> Bool {
        if field == .httpHeader {
            return text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && text.utf8.first != 0x20
                && text.utf8.last != 0x20
        }
        return text.utf8.allSatisfy { isLetterOrDigit($0) || punctuation(field).utf8.contains($0) }
    }

    private static func wanted(_ field: Field) -> String {
        let limit = WildcardPattern.lengthLimit
        guard field != .httpHeader else { return "at most \(limit) visible ASCII characters, blanks only between them" }
        return "at most \(limit) letters, digits and \(punctuation(field))"
    }

    private static func punctuation(_ field: Field) -> String {
        switch field {
        case .pathPattern: "_-.$/~\"'@:+&*?"
        case .hostHeader: "-.*?"
        case .queryString: "_-.$/~\"'@:+&()!,;=*?\\"
        case .httpHeader, .httpRequestMethod, .sourceIP: ""
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Compiles a regular expression, in a condition (shorter) or in a transform.
    static func expression(
        _ text: String, _ node: ConfigurationNode, _ key: String, ignoresCase: Bool,
        limit: Int = WildcardPattern.lengthLimit
    ) -> RegularExpression? {
        guard text.utf8.count <= limit else {
            node.report(key, found: "\(text.utf8.count) characters", wanted: "at most \(limit)")
            return nil
        }
        do throws(RegularExpressionError) {
            return try RegularExpression(text, ignoresCase: ignoresCase)
        } catch {
            node.report(
                key, found: "\(text): \(error)",
                wanted: error.isUnsupported
                    ? "a regular expression that can be matched in linear time, as the load balancer's"
                    : "a regular expression")
            return nil
        }
    }

    // MARK: The other kinds

    static func readHeaderName(_ node: ConfigurationNode) -> HeaderFieldName? {
        let text = node.string("HttpHeaderName")
        do throws(HeaderFieldName.Refusal) {
            return text.isEmpty ? nil : try HeaderFieldName(text)
        } catch {
            let wanted =
                switch error {
                case .malformed:
                    "a header's name of at most \(HeaderFieldName.lengthLimit) characters, without wildcards"
                case .host: "another header (host-header looks at the host)"
                case .statedByGateway:
                    "a header that backends get from clients: in this one the gateway drops what they write"
                }
            node.report("HttpHeaderName", found: text, wanted: wanted)
            return nil
        }
    }

    mutating func readMethods(_ node: ConfigurationNode) -> [RequestMethod] {
        counted(node, "Values").compactMap { text in
            if let method = RequestMethod(text) { return method }
            node.report(
                "Values", found: text,
                wanted: "a method of at most \(RequestMethod.lengthLimit) upper-case letters, - and _")
            return nil
        }
    }

    mutating func readPairs(_ node: ConfigurationNode) -> [QueryPattern] {
        let pairs = node.children("Values")
        count(pairs.count, node, "Values", isEmpty: pairs.isEmpty)
        return pairs.compactMap { pair in
            let key = pair.optionalString("Key").map { queryPattern($0, pair, "Key") }
            let value = queryPattern(pair.string("Value"), pair, "Value")
            guard let value else { return nil }
            guard let key else { return QueryPattern(key: nil, value: value) }
            return key.map { QueryPattern(key: $0, value: value) }
        }
    }

    private mutating func queryPattern(_ text: String, _ node: ConfigurationNode, _ key: String) -> WildcardPattern? {
        if text.isEmpty {
            if key == "Key" { node.report(key, found: "an empty text", wanted: "a key, or no Key for any") }
            return nil
        }
        guard Self.isWritable(text, .queryString), Self.hasWholeEscapes(text),
            let pattern = WildcardPattern(text, comparison: .query)
        else {
            node.report(key, found: text, wanted: Self.wanted(.queryString) + ", \\ only before *, ? and \\")
            return nil
        }
        wildcards += pattern.wildcardCount
        return pattern
    }

    private static func hasWholeEscapes(_ text: String) -> Bool {
        var isEscaped = false
        for character in text {
            if isEscaped {
                guard "*?\\".contains(character) else { return false }
                isEscaped = false
            } else {
                isEscaped = character == "\\"
            }
        }
        return !isEscaped
    }

    mutating func readBlocks(_ node: ConfigurationNode) -> [AddressRange] {
        counted(node, "Values").compactMap { text in
            if let block = AddressRange(text), text != "255.255.255.255/32" { return block }
            node.report(
                "Values", found: text,
                wanted:
                    "a block of addresses such as 192.0.2.0/24, 192.0.2.7/32 or 2001:db8::/32 (not 255.255.255.255/32)"
            )
            return nil
        }
    }
}
