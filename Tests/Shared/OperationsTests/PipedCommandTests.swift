import Foundation
import Operations
import Testing

@Suite("Programs that are given something on their input")
struct PipedCommandTests {
    @Test("The program reads it all, with a search path for its only environment")
    func input() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("piped-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        // More than a pipe holds.
        let text = String(repeating: "0123456789abcdef", count: 20_000)
        try await PipedCommand.run(
            ["/bin/sh", "-c", "cat > '\(file)'; env | sed 's/=.*//' | grep -v '^PWD$\\|^SHLVL$\\|^_$' >> '\(file)'"],
            input: Array(text.utf8), within: .seconds(20))
        let written = try String(contentsOfFile: file, encoding: .utf8)
        #expect(written.hasPrefix(text))
        #expect(written.dropFirst(text.count) == "PATH\n")
    }

    @Test(
        "What goes wrong says what to do",
        arguments: [
            ["/bin/false"], ["/no/such/program"], ["/bin/sh", "-c", "kill -9 $$"],
            ["/bin/sh", "-c", "cat > /dev/null; exit 3"],
        ])
    func failures(command: [String]) async {
        let error = await #expect(throws: OperationsError.self) {
            try await PipedCommand.run(
                command, input: Array(String(repeating: "secret", count: 50_000).utf8), within: .seconds(20))
        }
        let description = error.map { "\($0)" } ?? ""
        #expect(description.contains(command[0]) && description.contains("by hand") && !description.contains("secret"))
    }

    @Test("A program that does not end is killed")
    func deadline() async {
        let error = await #expect(throws: OperationsError.self) {
            try await PipedCommand.run(["/bin/sleep", "60"], input: [], within: .milliseconds(200))
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("did not end in time"))
    }
}
