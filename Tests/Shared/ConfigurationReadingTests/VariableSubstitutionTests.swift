import Testing

@testable import ConfigurationReading

@Suite("${NAME} and ${NAME:-default} in scalar values")
struct VariableSubstitutionTests {
    private let environment = ["HOST": "example.com", "EMPTY": "", "SLY": "${HOST}", "_a1": "under"]

    @Test(
        "what a text becomes",
        arguments: [
            ("plain", "plain"), ("", ""), ("$HOST", "$HOST"), ("a$", "a$"), ("${HOST}", "example.com"),
            ("https://${HOST}:${PORT:-8443}/", "https://example.com:8443/"), ("${_a1}", "under"),
            ("${EMPTY:-d}", "d"), ("${NONE:-}", ""), ("${NONE:-a:-b}", "a:-b"), ("${SLY}", "${HOST}"),
            ("$${HOST}", "${HOST}"), ("$$${HOST}", "$${HOST}"), ("${HOST}${HOST}", "example.comexample.com"),
            ("#{host}", "#{host}"), ("${NONE:-a}b}", "ab}"),
        ])
    func results(text: String, result: String) throws {
        #expect(try VariableSubstitution.substitute(text, environment: environment) == result)
    }

    @Test(
        "what is refused",
        arguments: [
            ("${NONE}", VariableSubstitution.Failure.missing(name: "NONE")), ("${EMPTY}", .missing(name: "EMPTY")),
            ("a${HOST", .malformed("${HOST")), ("${}", .malformed("${}")), ("${1A}", .malformed("${1A}")),
            ("${A B}", .malformed("${A B}")), ("${:-x}", .malformed("${:-x}")), ("${É}", .malformed("${É}")),
        ])
    func failures(text: String, failure: VariableSubstitution.Failure) {
        #expect(throws: failure) { try VariableSubstitution.substitute(text, environment: environment) }
    }

    @Test("a missing variable is reported with key path, name and line; keys and comments are left alone")
    func inFile() throws {
        let yaml = "# ${NOT_READ}\nA:\n  - B: x${NONE}\n${KEY}: 1\nC: ${HOST\n"
        do throws(ConfigurationProblems) {
            _ = try ConfigurationReader(yaml: yaml, file: "t", environment: environment)
            Issue.record("the file was accepted")
        } catch {
            #expect(
                error.problems.map(\.description) == [
                    "A[0].B: found ${NONE}, which is not set, wanted the environment variable NONE, or a default: ${NONE:-value}",
                    "C: found a ${ that names no variable, wanted ${NAME} or ${NAME:-default}, or $${ for the characters themselves",
                ])
            #expect(error.problems.map(\.line) == [3, 5])
        }
        let reader = try ConfigurationReader(yaml: "${KEY}: 1\nPort: ${PORT:-8443}\n", file: "t", environment: [:])
        #expect(reader.root.string("${KEY}") == "1")
        #expect(reader.root.int("Port", in: 0...65535) == 8443)
    }

    @Test("a value from the environment is text, whatever YAML it looks like")
    func noInjection() throws {
        let reader = try ConfigurationReader(
            yaml: "A: ${EVIL}\n", file: "t", environment: ["EVIL": "x\nB: injected\n"])
        #expect(reader.root.string("A") == "x\nB: injected\n")
        #expect(reader.root.optionalString("B") == nil)
    }
}
