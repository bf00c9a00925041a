import Routing
import TestSupport
import Testing

@Suite("Properties of routing with transforms, on random targets and rule sets", .ownThread)
struct RewritePropertyTests {
    private static let pieces = [
        "/", "a", "admin", "pub", ".", "..", "%2e", "%2f", "\\", ";", "%25", "%41", "%C3%A9", "?", "#", "|", "//",
        "/../",
        "x=1",
    ]
    private static let patterns = ["/pub/*", "/admin*", "/a*", "*admin", "/?", "/*/a", "/*é*"]
    private static let rewrites = [
        ("^/pub/", "/"), ("^/pub(.*)", "$1"), ("/a", "/./b/"), ("(.)(.*)$", "$2$1"), ("a", ".."), ("%", "%2"),
        ("^", "/x"),
        ("/", "//"), ("\\?", "/../"),
    ]

    @Test(
        "a backend receives only canonical targets; a rewritten one it receives unasked meets no rule with a sign-in",
        arguments: [31, 32, 33] as [UInt64])
    func forwardedIsMatched(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let request = try SampleRequest()
        let host = Array("localhost".utf8)
        var counts = (forwarded: 0, rewritten: 0, guarded: 0, failed: 0)
        for _ in 0..<250 {
            let table = try randomTable(&random)
            let guards = RewriteGuards(table) { _, _ in true }
            for _ in 0..<80 {
                let target = randomTarget(&random)
                guard let path = target.matchedPath, let canonical = target.forwarded else { continue }
                let query = Array(canonical.dropFirst(path.count + 1))
                let text = String(decoding: query, as: UTF8.self)
                let rule = table.match(request, path: path, query: text)
                let received = try #require(canonical.matchedPath)
                #expect(table.match(request, path: received, query: text) == rule)
                counts.forwarded += 1
                guard let transforms = table.rules[rule].transforms else { continue }
                guard let rewritten = try? transforms.apply(host: host.span, target: canonical.span) else {
                    counts.failed += 1
                    continue
                }
                guard let new = rewritten.target else { continue }
                counts.rewritten += 1
                #expect(new.canonicalised == "=")
                let newPath = try #require(new.matchedPath)
                #expect(newPath.count == rewritten.pathLength)
                let met = table.rules[
                    table.match(
                        request, path: newPath, query: String(decoding: new.dropFirst(newPath.count + 1), as: UTF8.self)
                    )]
                let guardian = guards.guardian(
                    of: rule, in: table, rewritten: rewritten, request.head, request.bytes.span, host: host.span,
                    path: path.span, query: query.span, peer: request.peer)
                let isOpen = table.rules[rule].authentication == nil && guardian == nil
                #expect(!isOpen || met.authentication == nil, "\(String(decoding: target, as: UTF8.self))")
                if guardian != nil { counts.guarded += 1 }
            }
        }
        #expect(
            counts.forwarded > 500 && counts.rewritten > 50 && counts.guarded > 10 && counts.failed > 5, "\(counts)")
    }

    private func randomTarget(_ random: inout SeededGenerator) -> [UInt8] {
        var target = "/"
        for _ in 0..<Int.random(in: 0...6, using: &random) { target += Self.pieces.randomElement(using: &random)! }
        return Array(target.utf8)
    }

    private func randomTable(_ random: inout SeededGenerator) throws -> RuleTable {
        let signIn = RuleAuthentication(provider: 0, onUnauthenticatedRequest: .authenticate)
        let rules = try (1...4).map { priority in
            let (regex, replacement) = Self.rewrites.randomElement(using: &random)!
            let rewrites = Bool.random(using: &random)
            return ListenerRule(
                priority: priority,
                conditions: [.pathPattern(try .wildcards([Self.patterns.randomElement(using: &random)!], .path))],
                authentication: Bool.random(using: &random) ? signIn : nil, action: .forward(targetGroup: 0),
                transforms: rewrites
                    ? RequestTransforms(host: nil, url: try RequestTransformTests.rule(regex, replacement)) : nil)
        }
        return RuleTable(
            rules: rules,
            defaultRule: ListenerRule(
                priority: nil, conditions: [], authentication: Bool.random(using: &random) ? signIn : nil,
                action: .forward(targetGroup: 0)))
    }
}
