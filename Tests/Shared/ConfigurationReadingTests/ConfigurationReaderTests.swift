import ConfigurationReading
import Foundation
import Testing

@Suite("Configuration files are read whole, and everything wrong is said at once")
struct ConfigurationReaderTests {
    enum Colour: String, CaseIterable { case red, green, blue }

    private func reader(_ yaml: String, _ environment: [String: String] = [:]) throws -> ConfigurationReader {
        try ConfigurationReader(yaml: yaml, file: "test.yaml", environment: environment)
    }

    private func problems(_ yaml: String, _ environment: [String: String] = [:], read: (ConfigurationNode) -> Void)
        -> [String]
    {
        do throws(ConfigurationProblems) {
            let reader = try ConfigurationReader(yaml: yaml, file: "test.yaml", environment: environment)
            read(reader.root)
            try reader.finish()
            return []
        } catch {
            return error.problems.map { "\($0.line ?? 0) \($0)" }
        }
    }

    @Test("every kind of value is read as written")
    func values() throws {
        let reader = try reader(
            """
            Text: hello
            Quoted: "8443"
            Port: 8443
            On: true
            Names: [a, "b c"]
            Colour: green
            Inner: {Key: value}
            List:
              - Name: one
              - Name: two
            Extra: {b: 1, a: two}
            """)
        let root = reader.root
        #expect(root.string("Text") == "hello")
        #expect(root.int("Quoted", in: 0...65535) == 8443)
        #expect(root.int("Port", in: 0...65535) == 8443)
        #expect(root.bool("On", default: false))
        #expect(root.strings("Names") == ["a", "b c"])
        #expect(root.choice("Colour", default: Colour.red) == .green)
        #expect(root.child("Inner")?.string("Key") == "value")
        #expect(root.children("List").map { $0.string("Name") } == ["one", "two"])
        #expect(root.texts("Extra").map { "\($0.name)=\($0.text)" } == ["b=1", "a=two"])
        #expect(root.has("Text") && !root.has("Missing"))
        try reader.finish()
    }

    @Test("what is left out, empty or null takes its default")
    func defaults() throws {
        let reader = try reader("Empty:\nTilde: ~\nNull: null\nUnset: ${UNSET:-}\nBlank: \"\"\n")
        for key in ["Empty", "Tilde", "Null", "Unset", "Missing"] {
            #expect(reader.root.string(key, default: "d") == "d")
            #expect(reader.root.optionalString(key) == nil)
            #expect(reader.root.int(key, in: 1...9, default: 5) == 5)
            #expect(reader.root.bool(key, default: true))
            #expect(reader.root.strings(key, default: ["x"]) == ["x"])
            #expect(reader.root.choice(key, default: Colour.blue) == .blue)
            #expect(reader.root.child(key) == nil)
            #expect(reader.root.children(key).isEmpty)
        }
        #expect(reader.root.optionalString("Blank") == "")
        try reader.finish()
    }

    @Test("a file of comments is an empty configuration")
    func emptyFile() throws {
        for text in ["", "# nothing\n", "---\n", "---\n# nothing\n", "~"] {
            let reader = try reader(text)
            #expect(reader.root.string("Any", default: "d") == "d")
            try reader.finish()
        }
    }

    @Test("all problems come at once, each with line, key path, what was found and what was wanted")
    func allProblems() {
        let yaml = """
            Listeners:
              - Name: app
                Port: 99999
              - Port: 080
                Protcol: HTTPS
            Workers: many
            On: yes
            Colour: pink
            Names: [a, ""]
            Blank: ""
            Inner: 3
            """
        let found = problems(yaml) { root in
            for listener in root.children("Listeners") {
                _ = listener.string("Name")
                _ = listener.int("Port", in: 0...65535)
                _ = listener.string("Protocol", default: "HTTP")
            }
            _ = root.int("Workers", in: 1...256)
            _ = root.bool("On", default: false)
            _ = root.choice("Colour", default: Colour.red)
            _ = root.strings("Names")
            _ = root.string("Blank")
            _ = root.child("Inner")
            _ = root.string("Gone")
            root.report("Workers", found: "too much", wanted: "less")
        }
        #expect(
            found == [
                "1 Gone: found nothing, wanted a text",
                "3 Listeners[0].Port: found 99999, wanted an integer from 0 to 65535",
                "4 Listeners[1].Name: found nothing, wanted a text",
                "5 Listeners[1].Protcol: found an unknown key, wanted Protocol (did you mean that?)",
                "6 Workers: found many, wanted an integer from 1 to 256",
                "6 Workers: found too much, wanted less",
                "7 On: found yes, wanted true or false",
                "8 Colour: found pink, wanted red, green or blue",
                "9 Names[1]: found \"\", wanted a text",
                "10 Blank: found an empty text, wanted a text",
                "11 Inner: found 3, wanted a mapping of keys to values",
            ])
    }

    @Test("a problem list prints as FILE:LINE: lines")
    func description() {
        let problems = ConfigurationProblems(
            problems: [
                ConfigurationProblem(keyPath: "A.B", found: "x", wanted: "y", line: 3),
                ConfigurationProblem(keyPath: "", found: "no such file", wanted: "one"),
            ], file: "g.yaml")
        #expect("\(problems)" == "g.yaml:3: A.B: found x, wanted y\ng.yaml: found no such file, wanted one")
    }

    @Test("unknown keys are reported where somebody looked, with the nearest known key or all of them")
    func unknownKeys() {
        let found = problems("Prot: 1\nzzzz: 2\nDeep: {Any: {a: 1}, Othr: 2}\n") { root in
            _ = root.int("Port", in: 0...9, default: 1)
            _ = root.child("Deep")?.int("Other", in: 0...9, default: 1)
        }
        #expect(
            found == [
                "1 Prot: found an unknown key, wanted Port (did you mean that?)",
                "2 zzzz: found an unknown key, wanted one of Deep, Port",
                "3 Deep.Any: found an unknown key, wanted one of Other",
                "3 Deep.Othr: found an unknown key, wanted Other (did you mean that?)",
            ])
    }

    @Test(
        "numbers are decimal digits and nothing else",
        arguments: ["0x10", "1_000", "1e3", "+5", " 5", "5 s", "9999999999999999999", "-"])
    func numbers(_ text: String) {
        #expect(problems("N: \"\(text)\"") { _ = $0.int("N", in: -10...100_000) }.count == 1)
        var number = 0
        #expect(problems("N: -7") { number = $0.int("N", in: -10...10) }.isEmpty)
        #expect(number == -7)
    }

    @Test("lists where mappings belong, and the other way round, are problems")
    func wrongShapes() {
        let found = problems("A: [1]\nB: {c: 1}\nC: [[1], {x: 1}]\nD: text\n") { root in
            _ = root.string("A")
            _ = root.strings("B")
            _ = root.children("C").map { $0.int("x", in: 0...1) }
            _ = root.children("D")
        }
        #expect(
            found == [
                "1 A: found a list, wanted a text",
                "2 B: found a mapping, wanted a list of texts",
                "3 C[0]: found a list, wanted a mapping",
                "4 D: found text, wanted a list of mappings (each element beginning with \"- \")",
            ])
    }

    @Test("a file is read from disk, and what cannot be read says why")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func path(_ name: String, _ bytes: Data) throws -> String {
            let url = folder.appendingPathComponent(name)
            try bytes.write(to: url)
            return url.path
        }
        let good = try ConfigurationReader(contentsOf: path("good.yaml", Data("Name: é".utf8)), environment: [:])
        #expect(good.root.string("Name") == "é")

        func refusal(_ file: String) -> String {
            do throws(ConfigurationProblems) {
                _ = try ConfigurationReader(contentsOf: file, environment: [:])
                return ""
            } catch {
                return error.problems.map(\.found).joined()
            }
        }
        #expect(refusal(folder.appendingPathComponent("none").path) == "no such file")
        #expect(refusal(folder.path) == "a file that cannot be read")
        #expect(try refusal(path("latin", Data([0x4e, 0x3a, 0x20, 0xe9]))) == "bytes that are not UTF-8")
        #expect(try refusal(path("big", Data(repeating: 0x23, count: (1 << 20) + 1))) == "more than 1048576 bytes")
        #expect(try refusal(path("limit", Data(repeating: 0x23, count: 1 << 20))) == "")
    }
}
