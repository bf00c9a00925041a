import HTTP1
import Routing
import Wire

/// A canonical target is its own canonical form, holds nothing a backend could understand differently, and leads to the same rule
/// before and after a backend has decoded it. The query is never touched.
enum PathsProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        let path: [UInt8]
        let forwarded: [UInt8]
        switch canonicalised(input) {
        case .refused: return nil
        case .unchanged(let length):
            path = Array(input[..<length])
            forwarded = input
        case .rewritten(let rewritten, let offset):
            path = rewritten
            forwarded = rewritten + input[offset...]
        }
        guard case .unchanged(path.count) = canonicalised(forwarded) else {
            return "what is forwarded is not canonical"
        }
        let query = input[(input.firstIndex(of: questionMark) ?? input.count)...]
        guard forwarded[path.count...] == query[...] || forwarded[path.count...].elementsEqual(query) else {
            return "the query is changed"
        }
        guard forwarded.allSatisfy({ 0x21...0x7e ~= $0 && $0 != fragment }) else { return "a byte no target may hold" }
        let decoded = decoded(path)
        if let contradiction = contradictionOfDecoded(decoded) { return contradiction }
        let matched = rule(matching: path)
        guard rule(matching: decoded) == matched else { return "decoded, another rule matches" }
        return nil
    }

    private static func contradictionOfDecoded(_ decoded: [UInt8]) -> String? {
        let segments = decoded.split(separator: slash, omittingEmptySubsequences: false)
        guard decoded.first == slash, !segments.dropFirst().dropLast().contains([]) else { return "an empty segment" }
        for segment in segments {
            let name = segment.prefix { $0 != ASCII.semicolon }
            if name == [dot] || name == [dot, dot] { return "a dot segment" }
        }
        guard decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && !delimiters.contains($0) }) else {
            return "a delimiter or control character is hidden"
        }
        guard Array(String(decoding: decoded, as: UTF8.self).utf8) == decoded else { return "it is no UTF-8" }
        guard self.decoded(decoded) == decoded else { return "it is encoded twice" }
        return nil
    }

    private static func canonicalised(_ target: [UInt8]) -> CanonicalPath { CanonicalPath.canonicalise(target.span) }

    private static func rule(matching path: [UInt8]) -> Int {
        let nothing: [UInt8] = []
        return rules.match(
            RequestHead(), nothing.span, host: nothing.span, path: path.span, query: nothing.span, peer: nil)
    }

    /// What a backend makes of a path: percent decoding once, nothing else.
    private static func decoded(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < path.count {
            if path[index] == percent, index + 2 < path.count, let high = ASCII.hexValue(path[index + 1]),
                let low = ASCII.hexValue(path[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(path[index])
                index += 1
            }
        }
        return result
    }

    private static let rules: RuleTable = {
        let patterns = [
            "/", "/admin", "/admin/*", "/public/*", "*admin", "/?", "/*/a", "/a+*", "/*@*", "/a|*", "/* *", "*;*",
            "/*.*",
        ]
        let rules = patterns.enumerated().map { index, text in
            guard let pattern = WildcardPattern(text, comparison: .path) else {
                preconditionFailure("these patterns are within the limit")
            }
            return ListenerRule(
                priority: index + 1, conditions: [.pathPattern(TextPatterns(wildcards: [pattern]))],
                authentication: nil,
                action: .forward(targetGroup: index))
        }
        return RuleTable(
            rules: rules,
            defaultRule: ListenerRule(
                priority: nil, conditions: [], authentication: nil, action: .forward(targetGroup: 0)))
    }()

    private static let slash: UInt8 = 0x2F
    private static let dot: UInt8 = 0x2E
    private static let percent: UInt8 = 0x25
    private static let questionMark: UInt8 = 0x3F
    private static let fragment: UInt8 = 0x23
    /// `%`, `?`, `#`, `\`: to be seen encoded or not at all, and never after decoding.
    private static let delimiters: [UInt8] = [0x25, 0x3F, 0x23, 0x5C]
}
