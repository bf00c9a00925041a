/// A program to keep running: what is started, and how.
struct SupervisedProgram: Sendable, Equatable {
    /// Its name, as the operator sees it before each of its lines.
    let name: String
    /// The absolute path of the executable.
    let executable: String
    let arguments: [String]
    /// The whole environment; nothing is inherited.
    let environment: [String: String]
}

/// How a program ended.
enum ProgramExit: Sendable, Equatable, CustomStringConvertible {
    case exited(code: Int32)
    case killed(signal: Int32)

    /// The exit code with which a program says that its configuration cannot be used.
    static let configurationUnusable = ProgramExit.exited(code: 2)

    var description: String {
        switch self {
        case .exited(let code): "ended with exit code \(code)"
        case .killed(let signal): "was ended by signal \(signal)"
        }
    }
}
