import ArgumentParser
import Operations

/// How `gatehouse up` starts the programs: this process becomes the program and ends with its supervisor.
struct RunProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: HostRun.launchCommand, abstract: "Used by \"up\" to start a program.", shouldDisplay: false)

    @Argument(parsing: .captureForPassthrough)
    var words: [String] = []

    func run() throws {
        guard words.count >= 2, let parent = Int32(words[0]) else {
            throw ValidationError("This command is for \"gatehouse up\" alone.")
        }
        try ParentDeath.become(words[1], arguments: Array(words[2...]), orDieWith: parent)
    }
}
