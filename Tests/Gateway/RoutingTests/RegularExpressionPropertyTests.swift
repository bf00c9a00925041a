import TestSupport
import Testing

@testable import Routing

/// The plainest matcher there is: it tries every way, in order of preference. Exponential, so for short subjects only.
private struct ReferenceMatcher {
    let subject: [UInt8]
    let groupCount: Int

    typealias Slots = [Int]

    func firstMatch(_ tree: RegularExpressionNode) -> Slots? {
        for start in 0...subject.count {
            var slots = Slots(repeating: -1, count: 2 + 2 * groupCount)
            slots[0] = start
            let match = walk([tree], start, slots) { end, slots in
                var slots = slots
                slots[1] = end
                return slots
            }
            if let match { return match }
        }
        return nil
    }

    private func walk(
        _ nodes: [RegularExpressionNode], _ position: Int, _ slots: Slots, _ then: (Int, Slots) -> Slots?
    ) -> Slots? {
        guard let first = nodes.first else { return then(position, slots) }
        let rest = Array(nodes.dropFirst())
        return step(first, position, slots) { walk(rest, $0, $1, then) }
    }

    private func step(
        _ node: RegularExpressionNode, _ position: Int, _ slots: Slots, _ then: (Int, Slots) -> Slots?
    ) -> Slots? {
        switch node {
        case .set(let set):
            guard position < subject.count, set.contains(subject[position]) else { return nil }
            return then(position + 1, slots)
        case .assertion(.start): return position == 0 ? then(position, slots) : nil
        case .assertion(.end): return position == subject.count ? then(position, slots) : nil
        case .assertion: preconditionFailure("not generated")
        case .sequence(let parts): return walk(parts, position, slots, then)
        case .alternatives(let branches):
            for branch in branches {
                if let match = step(branch, position, slots, then) { return match }
            }
            return nil
        case .group(let number, let content):
            var opened = slots
            opened[2 * number] = position
            return walk(content, position, opened) { end, slots in
                var closed = slots
                closed[2 * number + 1] = end
                return then(end, closed)
            }
        case .repetition(let content, let least, let most, let isLazy):
            func more() -> Slots? {
                guard most ?? 1 > 0 else { return nil }
                return walk(content, position, slots) { end, slots in
                    // A round that took nothing leads nowhere new.
                    if end == position, least == 0 { return nil }
                    return step(
                        .repetition(content, least: max(0, least - 1), most: most.map { $0 - 1 }, isLazy: isLazy), end,
                        slots, then)
                }
            }
            if least > 0 { return more() }
            return isLazy ? then(position, slots) ?? more() : more() ?? then(position, slots)
        }
    }
}

@Suite("Regular expressions against a plain reference, on random patterns and subjects", .ownThread)
struct RegularExpressionPropertyTests {
    private struct Generator {
        var random: SeededGenerator

        /// - Parameter takesBytes: whether the pattern must not match the empty text, as under a `*`: what such loops capture differs
        ///   from engine to engine.
        mutating func pattern(depth: Int, takesBytes: Bool = false) -> String {
            switch Int.random(in: 0..<(depth == 0 ? 4 : 10), using: &random) {
            case 0, 1: return ["a", "b", "c", "[ab]", "[^a]", "."].randomElement(using: &random)!
            case 2: return takesBytes ? "a" : ["^", "$", "(?:)", "a"].randomElement(using: &random)!
            case 3: return "b"
            case 4, 5: return pattern(depth: depth - 1, takesBytes: takesBytes) + pattern(depth: depth - 1)
            case 6:
                let one = pattern(depth: depth - 1, takesBytes: takesBytes)
                return "(?:\(one)|\(pattern(depth: depth - 1, takesBytes: takesBytes)))"
            case 7: return "(\(pattern(depth: depth - 1, takesBytes: takesBytes)))"
            case 8 where !takesBytes:
                let quantifier = ["*", "?", "{0,2}", "*?", "??"].randomElement(using: &random)!
                return "(?:\(pattern(depth: depth - 1, takesBytes: true)))\(quantifier)"
            default:
                let quantifier = ["+", "{1,2}", "{2}", "+?", "{1,}"].randomElement(using: &random)!
                return "(?:\(pattern(depth: depth - 1, takesBytes: true)))\(quantifier)"
            }
        }

        mutating func subject() -> [UInt8] {
            (0..<Int.random(in: 0...7, using: &random)).map { _ in "abc".utf8.randomElement(using: &random)! }
        }
    }

    @Test("the same match and the same groups", arguments: [11, 12, 13, 14] as [UInt64])
    func agrees(seed: UInt64) throws {
        var generator = Generator(random: SeededGenerator(seed: seed))
        var matches = 0
        for _ in 0..<1500 {
            let pattern = generator.pattern(depth: 4)
            guard let expression = try? RegularExpression(pattern) else { continue }
            var parser = try RegularExpressionParser(pattern, ignoresCase: false)
            let tree = try parser.parse()
            for _ in 0..<6 {
                let subject = generator.subject()
                let expected = ReferenceMatcher(subject: subject, groupCount: expression.groupCount).firstMatch(tree)
                let found = expression.firstMatch(in: subject.span)
                let words: Comment = "\(pattern) on \(String(decoding: subject, as: UTF8.self))"
                #expect(expression.matches(String(decoding: subject, as: UTF8.self)) == (expected != nil), words)
                guard let expected, let found else {
                    #expect((expected == nil) == (found == nil), words)
                    continue
                }
                matches += 1
                for number in 0...expression.groupCount {
                    let place =
                        expected[2 * number] < 0 || expected[2 * number + 1] < 0
                        ? nil : expected[2 * number]..<expected[2 * number + 1]
                    #expect(found.group(number) == place, "group \(number) of \(words)")
                }
            }
        }
        #expect(matches > 2000)
    }

    @Test("no pattern, however broken, brings the parser down", arguments: [21, 22] as [UInt64])
    func hostilePatterns(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "(", ")", "[", "]", "{", "}", "?", "*", "+", "|", "\\", "^", "$", "a", "-", "2", ",", ":", "x", "<", "=",
            "P", " ",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 1...12, using: &random)).map { _ in pieces.randomElement(using: &random)!
            }
            .joined()
            guard let expression = try? RegularExpression(pattern) else { continue }
            accepted += 1
            _ = expression.matches("aa-2,x")
        }
        #expect(accepted > 200)
    }
}
