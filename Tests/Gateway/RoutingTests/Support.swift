import HTTP1
import Routing
import Testing

extension String {
    /// Canonicalises the target; a short notation for tables: `=` unchanged, the forwarded target, or `!` and the reason.
    var canonicalised: String { Array(utf8).canonicalised }
}

extension [UInt8] {
    var canonicalised: String {
        switch CanonicalPath.canonicalise(span) {
        case .unchanged: "="
        case .rewritten(let path, let offset): String(decoding: path + self[offset...], as: UTF8.self)
        case .refused(let refusal): "!\(refusal)"
        }
    }

    /// What the backend receives, nil if nothing.
    var forwarded: [UInt8]? {
        switch CanonicalPath.canonicalise(span) {
        case .unchanged: self
        case .rewritten(let path, let offset): path + self[offset...]
        case .refused: nil
        }
    }

    /// The path rules match, nil if refused.
    var matchedPath: [UInt8]? {
        switch CanonicalPath.canonicalise(span) {
        case .unchanged(let length): [UInt8](self[..<length])
        case .rewritten(let path, _): path
        case .refused: nil
        }
    }
}

// `#expect` cannot take a call with a span in it apart; these wrap the calls.

extension CanonicalPath {
    init(_ target: String) { self = CanonicalPath.canonicalise(Array(target.utf8).span) }
}

extension WildcardPattern {
    func matches(_ candidate: [UInt8]) -> Bool { matches(candidate.span) }
}

/// A parsed request to match rules against.
struct SampleRequest {
    let bytes: [UInt8]
    let head: RequestHead
    let peer: IPAddress?

    init(
        _ method: String = "GET", target: String = "/", fields: [(String, String)] = [], peer: String = "127.0.0.1"
    ) throws {
        let lines = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
        let text = Array("\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n".utf8)
        var head = RequestHead()
        try head.parse(text.span, length: text.count)
        bytes = text
        self.head = head
        self.peer = IPAddress(Array(peer.utf8).span)
    }
}

extension RuleTable {
    func match(_ request: SampleRequest, host: [UInt8] = Array("localhost".utf8), path: [UInt8], query: String = "")
        -> Int
    {
        match(
            request.head, request.bytes.span, host: host.span, path: path.span, query: Array(query.utf8).span,
            peer: request.peer)
    }

    func match(host: [UInt8] = [], path: [UInt8]) throws -> Int { match(try SampleRequest(), host: host, path: path) }
}

extension TextPatterns {
    /// `Values` alone.
    static func wildcards(_ texts: [String], _ comparison: WildcardPattern.Comparison) throws -> TextPatterns {
        TextPatterns(wildcards: try texts.map { try #require(WildcardPattern($0, comparison: comparison)) })
    }

    /// `RegexValues` alone.
    static func expressions(_ texts: [String], ignoresCase: Bool = false) throws -> TextPatterns {
        TextPatterns(
            expressions: try texts.map { text throws(RegularExpressionError) in
                try RegularExpression(text, ignoresCase: ignoresCase)
            })
    }
}

extension RegularExpression {
    func matches(_ subject: String) -> Bool { matches(Array(subject.utf8).span) }

    /// The text of the whole match and of each group; nil without a match.
    func groups(in subject: String) -> [String?]? {
        let bytes = Array(subject.utf8)
        guard let match = firstMatch(in: bytes.span) else { return nil }
        return (0...groupCount).map { number in
            match.group(number).map { String(decoding: bytes[$0], as: UTF8.self) }
        }
    }
}

/// A small deterministic generator (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
