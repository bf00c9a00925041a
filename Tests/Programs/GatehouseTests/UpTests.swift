import Foundation
import Glibc
import Testing

/// `gatehouse up` over fake programs: what it does when things go wrong, and what it leaves behind.
@Suite(.timeLimit(.minutes(1))) struct UpTests {
    private func up(_ host: FakeHost, environment: [String: String] = [:]) throws -> Command {
        try host.start(
            "up", "--state", host.state, "--https", "0", "--pool", "0", "--http", "0", environment: environment)
    }

    /// The process ids of the three programs, once all run.
    private func processes(of command: Command) async throws -> [Int32] {
        var processes: [Int32] = []
        for pattern in [/gateway runs (\d+)/, /chat runs (\d+)/, /userpool runs (\d+)/] {
            let number = try #require(await command.output(matching: pattern), "\(command.text)")
            processes.append(try #require(Int32(number)))
        }
        return processes
    }

    private func areGone(_ processes: [Int32]) async -> Bool {
        for _ in 0..<250 {
            if processes.allSatisfy({ kill($0, 0) != 0 || Self.isZombie($0) }) { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Where nobody reaps orphans (a container's first process), a dead one stays as a zombie.
    private static func isZombie(_ process: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return status.contains(") Z ")
    }

    /// Somebody else's port, in use until the descriptor is closed.
    private static func takePort() throws -> (descriptor: CInt, port: in_port_t) {
        let server = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        // Without bind, listen takes a free port.
        try #require(listen(server, 1) == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(server, $0, &length) }
        }
        return (server, in_port_t(bigEndian: address.sin_port))
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalStopsAllInOrderAndLeavesNothing(signal: Int32) async throws {
        let host = try FakeHost()
        let command = try up(host)
        let processes = try await processes(of: command)
        command.signal(signal)
        #expect(await command.exitCode() == 0)
        #expect(await areGone(processes))
        let order = command.text.matches(of: /(\w+) stops/).map { String($0.1) }
        #expect(order == ["gateway", "chat", "userpool"])
        #expect(command.text.hasSuffix("Stopped.\n"))
        #expect(!FileManager.default.fileExists(atPath: host.state + "/run/ready.json"))
    }

    @Test func theReadyFileOfARunThatWasKilledGoesBeforeAnythingElse() async throws {
        let host = try FakeHost()
        let command = try up(host)
        _ = try await processes(of: command)
        let file = host.state + "/run/ready.json"
        try "{}".write(toFile: file, atomically: true, encoding: .utf8)
        command.signal(SIGKILL)
        _ = await command.exitCode()
        let (server, port) = try Self.takePort()
        defer { close(server) }
        let next = try host.start("up", "--state", host.state, "--https", "\(port)", "--pool", "0", "--http", "0")
        #expect(await next.exitCode() == 1)
        #expect(next.text.contains("Port \(port)"))
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func whileAProgramIsDownNothingIsReady() async throws {
        let host = try FakeHost([
            "chat": "echo \"chat runs $$\"; while [ ! -e \"$(dirname \"$0\")/go\" ]; do sleep 0.05; done; exit 3"
        ])
        let command = try up(host)
        _ = try await processes(of: command)
        let file = host.state + "/run/ready.json"
        try "{}".write(toFile: file, atomically: true, encoding: .utf8)
        try "".write(toFile: host.path + "/go", atomically: true, encoding: .utf8)
        #expect(await command.output(matching: /chat (ended) with exit code 3; it starts again/) != nil)
        #expect(!FileManager.default.fileExists(atPath: file))
        command.signal(SIGTERM)
        #expect(await command.exitCode() != nil)
    }

    @Test func noProgramOutlivesASupervisorThatIsKilled() async throws {
        let host = try FakeHost()
        let command = try up(host)
        let processes = try await processes(of: command)
        command.signal(SIGKILL)
        #expect(await areGone(processes))
    }

    @Test func anUnusableConfigurationEndsTheStartWithItsMessage() async throws {
        let host = try FakeHost(["chat": "echo 'chat.yaml: Limits.X: found 1, wanted 2' >&2; exit 2"])
        let command = try up(host)
        #expect(await command.exitCode() == 1)
        #expect(command.text.contains("chat      │ chat.yaml: Limits.X: found 1, wanted 2\n"))
        #expect(command.text.contains("chat cannot use its configuration"))
        #expect(command.text.contains("Correct \(host.path)/config/chat.yaml and start again."))
    }

    @Test func aProgramThatKeepsDyingEndsTheStart() async throws {
        let host = try FakeHost(["userpool": "exit 7"])
        let command = try up(host)
        #expect(await command.exitCode() == 1)
        #expect(command.text.contains("userpool ended with exit code 7; it starts again in 0.5 s."))
        #expect(command.text.contains("userpool ended with exit code 7 again and again before it answered"))
    }

    @Test func aSecondUpOnOneStateFolderIsRefusedAndTheFirstRunsOn() async throws {
        let host = try FakeHost()
        let first = try up(host)
        let processes = try await processes(of: first)
        let second = try up(host)
        #expect(await second.exitCode() == 1)
        #expect(second.text.contains("Gatehouse is already running with the state folder \(host.state)."))
        #expect(processes.allSatisfy { kill($0, 0) == 0 })
        first.signal(SIGTERM)
        #expect(await first.exitCode() == 0)
    }

    @Test func aPortInUseIsOneSentenceAndNothingIsStarted() async throws {
        let host = try FakeHost()
        let (server, port) = try Self.takePort()
        defer { close(server) }
        let command = try host.start(
            "up", "--state", host.state, "--https", "0", "--pool", "\(port)", "--http", "0")
        #expect(await command.exitCode() == 1)
        #expect(command.text.hasPrefix("Error: Port \(port) for the user pool (--pool) is in use."))
        #expect(command.text.split(separator: "\n").count == 1)
    }

    @Test func aStateFolderThatCannotBeIsOneSentence() async throws {
        let host = try FakeHost()
        let command = try host.start("up", "--state", host.path + "/gatehouse/state", "--https", "0")
        #expect(await command.exitCode() == 1)
        #expect(command.text.hasPrefix("Error: "))
        #expect(command.text.contains(host.path + "/gatehouse"))
        #expect(command.text.split(separator: "\n").count == 1)
    }

    @Test func initMakesTheInstallationOnce() async throws {
        let host = try FakeHost()
        let first = try host.start("init", "--state", host.state)
        #expect(await first.exitCode() == 0)
        let password = try String(contentsOfFile: host.state + "/secrets/admin-password", encoding: .utf8)
        // Not on a terminal, so it would stay in a log.
        #expect(!first.text.contains(password) && first.text.contains("\(host.state)/secrets/admin-password"))
        let second = try host.start("init", "--state", host.state)
        #expect(await second.exitCode() == 0)
        #expect(!second.text.contains(password))
        #expect(second.text.split(separator: "\n").prefix(5) == first.text.split(separator: "\n").prefix(5))
    }

    @Test func programsGetTheirSettingsAndNoForeignSecrets() async throws {
        let host = try FakeHost(["userpool": "env | sort | sed 's/^/E:/'; echo 'userpool runs 0'; sleep 60"])
        let command = try up(host, environment: ["ADMIN_PASSWORD": "Correct-Horse-9", "AWS_SECRET_ACCESS_KEY": "k"])
        #expect(await command.output(matching: /userpool (runs) 0/) != nil)
        let text = command.text
        for wanted in [
            "E:GATEHOUSE_HOME=\(host.state)\n", "E:GATEHOUSE_CERTS=\(host.state)/certs\n",
            "E:GATEHOUSE_USER_POOL_ID=local_",
            "E:GATEHOUSE_SIGNER=arn:aws:",
        ] {
            #expect(text.contains(wanted))
        }
        for name in ["HTTPS", "POOL", "HTTP"] {
            let port = try Regex("E:GATEHOUSE_\(name)_PORT=[1-9][0-9]*\n", as: Substring.self)
            #expect(text.contains(port))
        }
        #expect(!text.contains("Correct-Horse-9"))
        #expect(!text.contains("AWS_SECRET_ACCESS_KEY"))
        command.signal(SIGTERM)
        #expect(await command.exitCode() == 0)
    }
}
