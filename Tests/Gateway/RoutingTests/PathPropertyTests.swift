import Routing
import TestSupport
import Testing

@Suite("Properties of the canonical path, on random targets made of the pieces attacks are made of", .ownThread)
struct PathPropertyTests {
    private static let pieces = [
        "/", "/", "/", "a", "admin", "public", ".", "..", "%2e", "%2E", "%2f", "%5c", "\\", ";", "%3b", "%25", "%00",
        "%41", "%c3%a9",
        "%C3%A9", "%C3", "?", "#", "*", "|", "[", "%7c", "//", "/./", "/../", "..;", "+", "%2b", "%20", "@", "%40",
        "x=1", "é", " ",
    ]

    private func randomTarget(_ generator: inout SeededGenerator) -> [UInt8] {
        var target = "/"
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            target += Self.pieces.randomElement(using: &generator)!
        }
        return Array(target.utf8)
    }

    /// What a backend makes of a path: percent decoding once, nothing else.
    private func decoded(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < path.count {
            if path[index] == 0x25, index + 2 < path.count,
                let value = UInt8(String(decoding: path[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
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

    @Test(
        "canonicalising what is forwarded changes nothing: the form is reached in one step",
        arguments: [1, 2, 3, 4] as [UInt64])
    func idempotent(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<20_000 {
            let target = randomTarget(&generator)
            guard let forwarded = target.forwarded else { continue }
            accepted += 1
            #expect(forwarded.canonicalised == "=", "\(String(decoding: target, as: UTF8.self))")
        }
        #expect(accepted > 500)
    }

    @Test("with delimiters kept, the form is reached in one step, and decoding them makes no segment that is resolved")
    func delimiters() {
        var generator = SeededGenerator(seed: 6)
        var accepted = 0
        for _ in 0..<40_000 {
            let target = randomTarget(&generator)
            guard let kept = CanonicalPath.keepingDelimiters(target.span) else { continue }
            accepted += 1
            let again = CanonicalPath.keepingDelimiters(kept.path.span)
            #expect(again?.path == kept.path, "\(String(decoding: target, as: UTF8.self))")
            let seen = decoded(kept.path)
            let segments = seen.split(separator: 0x2F, omittingEmptySubsequences: false).map {
                Array($0.prefix { $0 != 0x3B })
            }
            #expect(!segments.contains(Array(".".utf8)) && !segments.contains(Array("..".utf8)), "\(kept)")
            #expect(kept.opaque.count { $0 == 0x2F } == kept.path.count { $0 == 0x2F })
        }
        #expect(accepted > 500)
    }

    @Test("the query is forwarded byte for byte")
    func query() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let target = randomTarget(&generator)
            guard let forwarded = target.forwarded, let path = target.matchedPath else { continue }
            let question = target.firstIndex(of: 0x3f) ?? target.count
            #expect(Array(forwarded[path.count...]) == Array(target[question...]))
        }
    }

    @Test("an accepted path holds no dot segment, no empty segment and no delimiter once a backend has decoded it")
    func harmless() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<20_000 {
            let target = randomTarget(&generator)
            guard let path = target.matchedPath else { continue }
            let once = decoded(path)
            let segments = once.split(separator: 0x2f, omittingEmptySubsequences: false).dropFirst()
            #expect(!segments.dropLast().contains([]))
            for segment in segments {
                let name = segment.prefix { $0 != 0x3b }
                #expect(!(name == [0x2e] || name == [0x2e, 0x2e]), "\(String(decoding: target, as: UTF8.self))")
            }
            #expect(
                once.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != 0x5c && $0 != 0x23 && $0 != 0x3f && $0 != 0x25 })
            #expect(decoded(once) == once, "a second decoding finds nothing to decode")
        }
    }

    @Test("the rule matched on the canonical path is the rule that matches what the backend received, decoded or not")
    func sameRule() throws {
        var generator = SeededGenerator(seed: 7)
        let patterns = [
            "/", "/a", "/admin*", "/public/*", "*admin", "/?", "/*/a", "/a+*", "/*@*", "*é*", "/a|*", "/* *",
        ].map { $0 }
        let rules = try patterns.enumerated().map { index, text in
            ListenerRule(
                priority: index + 1,
                conditions: [.pathPattern(try .wildcards([text], .path))],
                authentication: nil,
                action: .forward(targetGroup: index))
        }
        let table = RuleTable(
            rules: rules,
            defaultRule: ListenerRule(
                priority: nil, conditions: [], authentication: nil, action: .forward(targetGroup: 0)))
        let request = try SampleRequest()
        var hits = [Int](repeating: 0, count: table.rules.count)
        for _ in 0..<40_000 {
            let target = randomTarget(&generator)
            guard let path = target.matchedPath, let forwarded = target.forwarded else { continue }
            let matched = table.match(request, path: path)
            hits[matched] += 1
            let received = try #require(forwarded.matchedPath)
            #expect(table.match(request, path: received) == matched)
            #expect(table.match(request, path: decoded(received)) == matched)
        }
        #expect(hits.count { $0 > 0 } >= 8, "the targets reach most rules: \(hits)")
    }
}
