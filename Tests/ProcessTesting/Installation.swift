import Foundation

/// A whole Gatehouse: `gatehouse up` in a fresh state folder, on free ports.
public final class Installation: Sendable {
    /// What `run/ready.json` says.
    public struct Ready: Decodable, Sendable {
        /// `https://localhost:PORT/`
        public let appURL: String
        /// The user pool's origin.
        public let poolURL: String
        /// The plain-text listener that redirects.
        public let redirectURL: String
        /// The pool's id.
        public let userPoolId: String
        /// The application's client id at the pool.
        public let clientId: String
        /// The local authority's certificate, PEM.
        public let caFile: String
        /// The origin of the pool's API for administrators, with `--pool-api`.
        public let poolAPIURL: String?
        /// The file with the keys for it.
        public let awsCredentialsFile: String?
        /// Process ids of `gateway`, `userpool` and `chat`.
        public let pids: [String: Int32]
    }

    /// Where everything lies.
    public let folder: TemporaryFolder
    /// `gatehouse up`.
    public let program: RunningProgram
    /// What it announced.
    public let ready: Ready

    /// The administrator's name and password.
    public let user = "admin"
    /// See ``user``.
    public let password = "Correct-Horse-7-Battery"

    /// Starts one and waits until it is ready.
    ///
    /// - Parameters:
    ///   - changes: lines of the shipped configuration files, by file, and what stands in their place.
    ///   - arguments: further ones for `gatehouse up`.
    public static func start(
        within limit: Duration = .seconds(60), changing changes: [(file: String, line: String, to: String)] = [],
        arguments: [String] = []
    ) async throws -> Installation {
        try await Installation(within: limit, changes, arguments)
    }

    private init(
        within limit: Duration, _ changes: [(file: String, line: String, to: String)], _ arguments: [String]
    ) async throws {
        let folder = try TemporaryFolder()
        let state = folder.file("s")
        let configuration = folder.file("config")
        try FileManager.default.copyItem(atPath: Programs.checkout + "/config", toPath: configuration)
        for change in changes {
            let file = URL(fileURLWithPath: "\(configuration)/\(change.file)")
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.contains(change.line) else { throw Failure("\(change.file) has no \(change.line)") }
            try text.replacing(change.line, with: change.to).write(to: file, atomically: true, encoding: .utf8)
        }
        let program = try RunningProgram(
            "gatehouse",
            ["up", "--state", state, "--https", "0", "--pool", "0", "--http", "0", "--config-dir", configuration]
                + arguments,
            environment: ["ADMIN_PASSWORD": password], logFile: folder.file("up.log"))
        self.folder = folder
        self.program = program
        do {
            ready = try await eventually("gatehouse up's run/ready.json", within: limit) {
                guard program.isRunning else { throw Failure("gatehouse up ended early:\n\(program.log)") }
                guard let data = FileManager.default.contents(atPath: state + "/run/ready.json") else { return nil }
                return try JSONDecoder().decode(Ready.self, from: data)
            }
        } catch {
            throw Failure("\(error)\n\(program.log)")
        }
    }

    /// The state folder.
    public var state: String { folder.file("s") }

    /// The application's origin, without a slash at its end.
    public var app: String { ready.appURL.hasSuffix("/") ? String(ready.appURL.dropLast()) : ready.appURL }

    /// The redirecting listener's origin, without a slash at its end.
    public var http: String {
        ready.redirectURL.hasSuffix("/") ? String(ready.redirectURL.dropLast()) : ready.redirectURL
    }

    /// All logs, for a failure's message.
    public var logs: String {
        var text = program.log
        for name in (try? FileManager.default.contentsOfDirectory(atPath: state + "/logs"))?.sorted() ?? [] {
            text += "\n--- \(name)\n" + ((try? String(contentsOfFile: state + "/logs/\(name)", encoding: .utf8)) ?? "")
        }
        return text
    }

    /// Ends it as Ctrl-C would.
    ///
    /// - Returns: Its exit code.
    public func stop() async throws -> Int32 {
        program.signal(SIGINT)
        return try await program.exitCode(within: .seconds(30))
    }
}
