import Foundation
import ProcessTesting
import Testing

@Suite(
    "make install: what systemd is given works, and what an operator has changed stays", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct InstallTests {
    private let folder: TemporaryFolder
    private var root: String { folder.file("root") }

    init() throws { folder = try TemporaryFolder() }

    @discardableResult
    private func make(_ target: String, _ arguments: String...) async throws -> Tool.Result {
        try await Tool.run(
            "make", ["--no-print-directory", target, "DESTDIR=\(root)"] + arguments,
            environment: [
                "GATEHOUSE_BIN": URL(filePath: try Programs.path("gateway")).deletingLastPathComponent().path
            ])
    }

    /// The values of a unit's setting.
    private func values(_ setting: String, of unit: String) throws -> [String] {
        try text("etc/systemd/system/\(unit)").split(separator: "\n").compactMap {
            $0.hasPrefix(setting + "=") ? String($0.dropFirst(setting.utf8.count + 1)) : nil
        }
    }

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: root + "/" + file, encoding: .utf8)
    }

    @Test("the units' commands bring everything up, out of the installed files alone")
    func commands() async throws {
        let installed = try await make("install")
        #expect(installed.exitCode == 0, "\(installed)")
        // The compiler's folder is not needed: what is looked for there first is here, too.
        let library = root + "/usr/local/lib/gatehouse"
        for file in try FileManager.default.contentsOfDirectory(atPath: library) {
            let needed = try await Tool.run("ldd", [library + "/" + file])
            for name in needed.output.matches(of: #/=> \S+/swift/linux/(\S+) /#).map(\.output.1) {
                #expect(FileManager.default.fileExists(atPath: library + "/" + name), "\(file) needs \(name)")
            }
        }
        let ports = try (0..<3).map { _ in try freePort() }
        try """
        GATEHOUSE_HTTPS_PORT=\(ports[0])
        GATEHOUSE_POOL_PORT=\(ports[1])
        GATEHOUSE_HTTP_PORT=\(ports[2])

        """.write(toFile: root + "/etc/gatehouse/gatehouse.env", atomically: true, encoding: .utf8)

        /// A path of the units, as if the folder were /.
        func moved(_ path: String) -> String { root + path }
        /// What systemd makes of a unit: the command's words, and its environment.
        func command(_ setting: String, of unit: String) throws -> (words: [String], environment: [String: String]) {
            var environment = ["PATH": "/usr/bin:/bin"]
            for value in try values("Environment", of: unit) {
                let parts = value.split(separator: "=", maxSplits: 1)
                environment[String(parts[0])] = moved(String(parts[1]))
            }
            for file in try values("EnvironmentFile", of: unit) {
                let path = moved(file.replacing(/^-/, with: ""))
                guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                    #expect(file.hasPrefix("-"), "\(file) has to be there")
                    continue
                }
                for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                    let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                    environment[parts[0]] = parts[1]
                }
            }
            let words = try #require(try values(setting, of: unit).first).split(separator: " ").map {
                $0.hasPrefix("/") ? moved(String($0)) : String($0)
            }
            return (words, environment)
        }
        func run(_ setting: String, of unit: String) async throws -> Tool.Result {
            let (words, environment) = try command(setting, of: unit)
            return try await Tool.run(
                "env", ["-i"] + environment.map { "\($0)=\($1)" } + words)
        }
        func start(_ unit: String) throws -> RunningProgram {
            let (words, environment) = try command("ExecStart", of: unit)
            return try RunningProgram(
                executable: "/usr/bin/env", ["-i"] + environment.map { "\($0)=\($1)" } + words,
                logFile: folder.file(unit + ".log"))
        }

        let made = try await run("ExecStart", of: "gatehouse-init.service")
        #expect(made.exitCode == 0, "\(made)")
        let units = ["gatehouse-userpool.service", "gatehouse-chat.service", "gatehouse-gateway.service"]
        let programs = try units.map(start)
        let curl = Curl(caFile: root + "/var/lib/gatehouse/certs/ca.pem", jar: folder.file("jar"))
        _ = try await eventually("the sign-in page", within: .seconds(30)) {
            let page = try await curl("https://localhost:\(ports[0])/", "--location")
            return page.status == 200 && page.body.contains("password") ? true : nil
        }
        let reloaded = try await run("ExecReload", of: "gatehouse-gateway.service")
        #expect(reloaded.exitCode == 0 && reloaded.output == "Nothing has changed.\n", "\(reloaded)")
        for program in programs.reversed() { #expect(try await program.stop() == 0, "\(program.log)") }
    }

    @Test("again and again: programs are replaced, a changed configuration is kept; uninstalled, it stays")
    func again() async throws {
        try await make("install")
        let mine = root + "/etc/gatehouse/chat.yaml"
        try "# mine\n".write(toFile: mine, atomically: true, encoding: .utf8)
        let again = try await make("install", "PREFIX=/opt/gatehouse")
        #expect(again.exitCode == 0 && again.output.contains("Kept as they are: /etc/gatehouse/chat.yaml"), "\(again)")
        #expect(try text("etc/gatehouse/chat.yaml") == "# mine\n")
        #expect(
            try text("opt/gatehouse/share/gatehouse/chat.yaml")
                == String(contentsOfFile: Programs.checkout + "/config/chat.yaml", encoding: .utf8))
        #expect(
            try values("ExecStart", of: "gatehouse-chat.service")
                == ["/opt/gatehouse/lib/gatehouse/chat --config /etc/gatehouse/chat.yaml"])
        let help = try await Tool.run(root + "/opt/gatehouse/bin/gatehouse", ["--help"])
        #expect(help.exitCode == 0 && help.output.contains("USAGE: gatehouse"))
        let removed = try await make("uninstall", "PREFIX=/opt/gatehouse")
        #expect(removed.exitCode == 0, "\(removed)")
        #expect(!FileManager.default.fileExists(atPath: root + "/opt/gatehouse/lib/gatehouse"))
        #expect(!FileManager.default.fileExists(atPath: root + "/etc/systemd/system/gatehouse-chat.service"))
        #expect(try text("etc/gatehouse/chat.yaml") == "# mine\n")
    }

    @Test("what cannot be installed is said, and nothing is done")
    func refusals() async throws {
        let relative = try await make("install", "PREFIX=usr")
        #expect(relative.exitCode != 0 && relative.output.contains("begin with a slash"), "\(relative)")
        let unbuilt = try await Tool.run(
            "make", ["install", "DESTDIR=\(root)"], environment: ["GATEHOUSE_BIN": folder.file("nowhere")])
        #expect(unbuilt.exitCode != 0 && unbuilt.output.contains("make build"), "\(unbuilt)")
        #expect(!FileManager.default.fileExists(atPath: root))
    }

    @Test(
        "systemd finds nothing wrong with the units, and they expose little",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
    func units() async throws {
        try await make("install")
        let units = try FileManager.default.contentsOfDirectory(atPath: root + "/etc/systemd/system").sorted()
        #expect(units.count == 5)
        try FileManager.default.createDirectory(atPath: folder.file("units"), withIntermediateDirectories: false)
        for unit in units {
            // Its files are there under another /.
            let moved = try text("etc/systemd/system/\(unit)").replacing("/usr/local/", with: root + "/usr/local/")
            try folder.write(moved, to: "units/\(unit)")
        }
        let paths = units.map { folder.file("units/\($0)") }
        let verified = try await Tool.run(
            "systemd-analyze", ["verify", "--man=no", "--recursive-errors=no"] + paths)
        #expect(verified.exitCode == 0, "\(verified)")
        for unit in units where unit.hasSuffix(".service") {
            let exposure = try await Tool.run(
                "systemd-analyze", ["security", "--offline=true", "--threshold=20", folder.file("units/\(unit)")])
            #expect(exposure.exitCode == 0, "\(exposure.output.suffix(300))")
        }
    }
}
