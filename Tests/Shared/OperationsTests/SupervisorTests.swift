import Foundation
import Glibc
import Synchronization
import Testing

@testable import Operations

/// The supervisor over real processes: shell scripts that stand for programs.
@Suite(.timeLimit(.minutes(1))) struct SupervisorTests {
    let folder = TemporaryFolder()
    let lines = Lines()

    private func supervisor() -> Supervisor {
        Supervisor { [lines] in lines.add("\($0): \($1)") }
    }

    private func script(_ name: String, _ text: String) throws -> SupervisedProgram {
        try folder.write(name, "#!/bin/sh\n" + text + "\n", mode: 0o755)
        return SupervisedProgram(
            name: name, executable: folder(name), arguments: ["--config", "c d"],
            environment: ["PATH": "/usr/bin:/bin", "GREETING": "hello"])
    }

    /// Runs until TERM, writing its name down when it stops.
    private func server(_ name: String) throws -> SupervisedProgram {
        try script(
            name, "trap 'echo \(name) >> \(folder("stops")); exit 0' TERM\necho up\nwhile :; do sleep 0.05; done")
    }

    private func isRunning(_ process: Int32) -> Bool { Glibc.kill(process, 0) == 0 }

    @Test func argumentsAndEnvironmentArriveAndAllLinesAreShown() async throws {
        let supervisor = supervisor()
        await supervisor.start(
            try script("p", "echo \"$1 $2 $GREETING\"; env | wc -l; seq 1 3000 >&2; printf 'no newline'; exit 2"))
        var events: [Supervisor.Event] = []
        for await event in supervisor.events {
            events.append(event)
            if case .gaveUp = event { break }
        }
        #expect(events.count == 2)
        #expect(events.last == .gaveUp("p", .configurationUnusable))
        let seen = lines.all
        #expect(seen.first == "p: --config c d hello")
        // PATH, GREETING, and what the shell sets itself (PWD, sometimes SHLVL and _).
        #expect(try #require(Int(seen[1].split(separator: " ").last ?? "")) <= 5)
        #expect(seen.count == 3003)
        #expect(seen[3001] == "p: 3000")
        #expect(seen.last == "p: no newline")
    }

    @Test func aProgramThatDiesIsStartedAgainUnderANewProcessID() async throws {
        let supervisor = supervisor()
        await supervisor.start(try server("p"))
        var processes: [Int32] = []
        for await event in supervisor.events {
            switch event {
            case .started(_, let process):
                processes.append(process)
                if processes.count == 1 {
                    await supervisor.becameHealthy("p")
                    Glibc.kill(process, SIGKILL)
                }
            case .ended(let name, let exit, let wait):
                #expect(name == "p")
                #expect(exit == .killed(signal: SIGKILL))
                #expect(wait == .milliseconds(500))
            default: Issue.record("\(event)")
            }
            if processes.count == 2 { break }
        }
        #expect(Set(processes).count == 2)
        #expect(!isRunning(processes[0]))
        #expect(isRunning(processes[1]))
        #expect(await supervisor.stop(order: ["p"], within: .seconds(60)) == [])
        #expect(!isRunning(processes[1]))
    }

    @Test func programsStopInOrderAndNothingIsLeft() async throws {
        let supervisor = supervisor()
        for name in ["c", "a", "b"] { await supervisor.start(try server(name)) }
        let processes = await started(3, supervisor)
        await lines.wait(for: 3)
        #expect(await supervisor.stop(order: ["a", "b", "c"], within: .seconds(60)) == [])
        #expect(try folder.text("stops") == "a\nb\nc\n")
        #expect(processes.allSatisfy { !isRunning($0) })
    }

    @Test func whatDoesNotStopIsKilledWithItsChildren() async throws {
        let supervisor = supervisor()
        await supervisor.start(
            try script(
                "deaf", "trap '' TERM\nsleep 600 & echo $! > \(folder("child"))\necho up\nwhile :; do sleep 0.05; done")
        )
        let processes = await started(1, supervisor)
        await lines.wait(for: 1)
        let child = try #require(Int32(try folder.text("child").split(separator: "\n")[0]))
        // It never ends by itself, so that this returns at all shows that it was killed.
        #expect(await supervisor.stop(order: ["deaf"], within: .seconds(1)) == ["deaf"])
        #expect(!isRunning(processes[0]))
        for _ in 0..<100 where isRunning(child) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(!isRunning(child) || isZombie(child))
    }

    @Test func aProgramWaitingForItsNextStartIsNotStartedAnyMore() async throws {
        let supervisor = supervisor()
        await supervisor.start(try script("p", "echo up; exit 1"))
        for await event in supervisor.events { if case .ended = event { break } }
        #expect(await supervisor.stop(order: ["p"], within: .seconds(5)) == [])
        #expect(lines.all == ["p: up"])
    }

    @Test func aProgramThatCannotBeStartedIsSaidToBeSo() async throws {
        let supervisor = supervisor()
        await supervisor.start(
            SupervisedProgram(name: "p", executable: folder("none"), arguments: [], environment: [:]))
        var iterator = supervisor.events.makeAsyncIterator()
        guard case .failed("p", let error) = await iterator.next() else {
            Issue.record("it was started")
            return
        }
        #expect(error.description.contains(folder("none")))
    }

    private func started(_ count: Int, _ supervisor: Supervisor) async -> [Int32] {
        var processes: [Int32] = []
        for await event in supervisor.events {
            if case .started(_, let process) = event { processes.append(process) }
            if processes.count == count { break }
        }
        return processes
    }

    /// In a container nobody may reap orphans; a zombie runs no more.
    private func isZombie(_ process: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return status.contains(") Z ")
    }
}

/// The lines that programs wrote, in order.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    func wait(for count: Int) async {
        while all.count < count { try? await Task.sleep(for: .milliseconds(10)) }
    }
}
