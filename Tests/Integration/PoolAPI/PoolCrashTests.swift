import Foundation
import ProcessTesting
import Testing

@Suite(
    "The pool is killed in the middle of a thousand writes",
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(10)))
struct PoolCrashTests {
    @Test("what was acknowledged is there after each restart")
    func killed() async throws {
        let port = try freePort()
        let host = try await Installation.start(arguments: ["--pool-api", "\(port)"])
        do {
            let api = "http://127.0.0.1:\(port)"
            var killedAt: [Int] = []
            // Early, in the middle, late: each time another state of the log.
            for (round, acknowledged) in [50, 300, 700].enumerated() {
                let file = host.folder.file("acknowledged-\(round)")
                let writer = try RunningProgram(
                    executable: "/usr/bin/env",
                    ["python3", Self.tool, "write", api, host.ready.userPoolId, "r\(round)", file],
                    environment: environment(host), logFile: host.folder.file("writer.log"))
                killedAt.append(
                    try await eventually("\(acknowledged) acknowledged writes", within: .seconds(120)) {
                        guard writer.isRunning else { throw Failure("the writer ended: \(writer.log)") }
                        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                        let count = text.split(separator: "\n").count { !$0.hasSuffix("unknown") }
                        return count >= acknowledged ? count : nil
                    })
                let pool = try poolProcess(host)
                #expect(kill(pool, SIGKILL) == 0)
                #expect(try await writer.exitCode(within: .seconds(90)) == 0, "\(writer.log)")
                // `gatehouse up` starts it again.
                for checked in 0...round {
                    let result = try await eventually("the pool's restart", within: .seconds(60)) {
                        let result = try await Tool.run(
                            "python3",
                            [
                                Self.tool, "check", api, host.ready.userPoolId,
                                host.folder.file("acknowledged-\(checked)"),
                            ], environment: environment(host))
                        // Nobody listens yet.
                        return result.output.contains("EndpointConnectionError") ? nil : result
                    }
                    #expect(result.exitCode == 0, "killed after \(killedAt): \(result.output)")
                }
            }
            print("killed after \(killedAt) acknowledged writes of 1000")
            let visitor = try await PoolSignIn(host).signIn(from: host.app + "/")
            #expect(visitor.status == 200 && visitor.body.contains("id=\"composer\""), "\(visitor)")
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }

    /// The process id of the pool that runs now.
    private func poolProcess(_ host: Installation) throws -> Int32 {
        let tasks = "/proc/\(host.program.id)/task"
        for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
            let children = (try? String(contentsOfFile: "\(tasks)/\(task)/children", encoding: .utf8)) ?? ""
            for child in children.split(separator: " ").compactMap({ Int32($0) }) {
                let name = (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8)) ?? ""
                if name.trimmingCharacters(in: .newlines) == "userpool" { return child }
            }
        }
        throw Failure("no userpool among the children of gatehouse up")
    }

    private func environment(_ host: Installation) -> [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return [
            "PATH": Programs.checkout + "/.build/test-tools/bin:" + path,
            "AWS_SHARED_CREDENTIALS_FILE": host.ready.awsCredentialsFile ?? "", "AWS_CONFIG_FILE": "/dev/null",
        ]
    }

    private static let tool = Programs.checkout + "/Tests/Integration/Tools/concurrent_writes.py"
}
