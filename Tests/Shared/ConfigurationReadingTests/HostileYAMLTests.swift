import ConfigurationReading
import Testing

@Suite("YAML that is broken or hostile is refused with a line, quickly")
struct HostileYAMLTests {
    private func refusal(_ yaml: String, _ environment: [String: String] = [:]) -> [String] {
        do throws(ConfigurationProblems) {
            _ = try ConfigurationReader(yaml: yaml, file: "t", environment: environment)
            return []
        } catch {
            return error.problems.map { "\($0.line ?? 0) \($0)" }
        }
    }

    @Test("anchors and aliases are refused, a bomb of them costs nothing")
    func anchors() {
        #expect(
            refusal("A: &x 1\nB: *x\n") == [
                "1 A: found the YAML anchor &x, wanted the value written out where it is used",
                "1 B: found the YAML anchor &x, wanted the value written out where it is used",
            ])
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let clock = ContinuousClock()
        var problems: [String] = []
        let time = clock.measure { problems = refusal(bomb) }
        #expect(problems.count == 31)
        #expect(time < .seconds(5))
    }

    @Test("a merge key is an unknown key, not a merge")
    func mergeKey() throws {
        let reader = try ConfigurationReader(yaml: "<<: {A: 1}\n", file: "t", environment: [:])
        #expect(reader.root.optionalString("A") == nil)
        #expect(throws: ConfigurationProblems.self) { try reader.finish() }
    }

    @Test("a key written twice is refused")
    func duplicates() {
        let found = refusal("A: 1\nB:\n  C: 1\n  C: 2\n")
        #expect(found.count == 1)
        #expect(found.first?.contains("found C twice in one mapping, wanted every key once") == true)
    }

    @Test(
        "syntax errors name their line",
        arguments: [
            ("A: [1, 2\nB: 3\n", 2), ("A: 1\n\tB: 2\n", 2), ("A: 'x\n", 2), ("A: 1\n---\nB: 2\n", 2), ("A: *none\n", 1),
        ])
    func syntax(yaml: String, line: Int) {
        let found = refusal(yaml)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("\(line) ") == true, "\(found)")
    }

    @Test("deep nesting neither crashes nor takes long", arguments: ["[", "{a: ", "- ", "? ", "[{a: "])
    func nesting(_ opening: String) {
        #expect(!refusal(String(repeating: opening, count: 100_000)).isEmpty)
        #expect(!refusal("A: " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100)).isEmpty)
    }

    @Test("a document that is no mapping, keys that are no text and NUL characters are refused")
    func shapes() {
        #expect(refusal("- a\n") == ["1 found a list, wanted a mapping of keys to values"])
        #expect(refusal("text") == ["1 found text, wanted a mapping of keys to values"])
        #expect(refusal("? [a]\n: 1\n") == ["1 found a key that is no plain text, wanted a name"])
        #expect(refusal("A: \"a\\0b\"\n") == ["1 A: found a NUL character, wanted text without one"])
    }

    @Test("a good file cut at any byte is read or refused, never worse")
    func cuts() {
        let yaml = "A: ${B:-c}\nList:\n  - {Name: \"x\\n\", Port: 1}\n  - Name: 'y'\n    Text: |\n      line\n# end\n"
        for length in 0...yaml.utf8.count {
            _ = refusal(String(decoding: yaml.utf8.prefix(length), as: UTF8.self))
        }
        #expect(refusal(yaml).isEmpty)
    }
}
