import Routing

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

extension RuleTable {
    func match(host: [UInt8] = [], path: [UInt8]) -> Int { match(host: host.span, path: path.span) }
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
