import Foundation
import ProcessTesting
import Testing

/// A hundred guesses a second at one account, for `GATEHOUSE_BRUTE_FORCE_SECONDS` (10 where it is not set).
@Suite(
    "Brute force at the pool's sign-in",
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(10)))
struct BruteForceTests {
    /// What `brute_force.py` prints.
    private struct Report: Decodable {
        let guesses: Int
        let sentInSeconds: Double
        let answeredInSeconds: Double
        let answers: [String: Int]
        let right: [String: Int]
    }

    @Test("the name is locked longer and longer, for the right password, too; others sign in as ever")
    func hundredASecond() async throws {
        let variable = ProcessInfo.processInfo.environment["GATEHOUSE_BRUTE_FORCE_SECONDS"]
        let seconds = try #require(Int(variable ?? "10"))
        let host = try await Installation.start()
        do {
            try await makeUser("ann", "Anns-Own-Password-1", on: host)
            let attack = try await attack(host, seconds: seconds)
            var others = 0
            var slowest = Duration.zero
            while attack.isRunning {
                let start = ContinuousClock.now
                let visitor = PoolSignIn(host)
                let page = try await visitor.submit(
                    visitor.page(from: host.app + "/"), user: "ann", password: "Anns-Own-Password-1")
                #expect(page.status == 200 && page.body.contains("id=\"composer\""), "sign-in \(others): \(page)")
                others += 1
                slowest = max(slowest, ContinuousClock.now - start)
                // The gateway lets one user sign in twice a second.
                try await Task.sleep(for: .milliseconds(600))
            }
            #expect(try await attack.exitCode(within: .seconds(5)) == 0, "\(attack.log)")
            let report = try JSONDecoder().decode(Report.self, from: Data(attack.log.utf8))
            print("brute force: \(attack.log)others: \(others) signed in, the slowest took \(slowest)")
            judge(report, seconds: seconds)
            #expect(others > 0)
            #expect(attack.log.contains(host.password) == false && host.logs.contains(host.password) == false)
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }

    /// Five wrong passwords, then one each time a lock ends: after 1, 2, 4, … seconds. All else is not looked at.
    private func judge(_ report: Report, seconds: Int) {
        #expect(report.guesses == 100 * seconds && report.sentInSeconds < Double(seconds) * 1.1, "\(report)")
        #expect(report.answers.values.reduce(0, +) == report.guesses && report.answers["0"] == nil, "\(report)")
        let looked = report.answers["200"] ?? 0
        let locks = Int(log2(report.answeredInSeconds + 1))
        #expect((5...(5 + locks)).contains(looked), "\(report)")
        // While one is looked at, others wait for a place at the hasher, or find none.
        #expect((report.answers["429"] ?? 0) + (report.answers["503"] ?? 0) == report.guesses - looked, "\(report)")
        #expect(report.right.keys.elementsEqual(["429"]), "the right password was looked at while locked: \(report)")
        #expect(report.answers["302"] == nil)
    }

    private func attack(_ host: Installation, seconds: Int) async throws -> RunningProgram {
        let attacker = PoolSignIn(host)
        let form = try await attacker.page(from: host.app + "/")
        let jar = try String(contentsOfFile: try #require(attacker.browser.jar), encoding: .utf8)
        // curl's own format: the sixth field is the name, the seventh the value; curl marks those that scripts may not see.
        let cookies = jar.split(separator: "\n").map { $0.split(separator: "\t") }.filter { $0.count == 7 }
            .map { "\($0[5])=\($0[6])" }.joined(separator: "; ")
        let fields = form.hidden.map { "\($0.name)=\(FormText.encode($0.value))" }.joined(separator: "&")
        return try RunningProgram(
            executable: "/usr/bin/env",
            [
                "python3", Programs.checkout + "/Tests/Integration/Tools/brute_force.py", form.action,
                host.ready.caFile, cookies, fields, host.user, host.password, "100", "\(seconds)",
            ], logFile: host.folder.file("attack.log"))
    }

    private func makeUser(_ name: String, _ password: String, on host: Installation) async throws {
        let file = try host.folder.write(password, to: "password")
        let made = try await Tool.run(
            "sh",
            [
                "-c", "exec \"$@\" < '\(file)'", "sh", try Programs.path("gatehouse"), "users", "create", name,
                "--email", "\(name)@example.org", "--password-stdin", "--permanent", "--state", host.state,
                "--config", host.folder.file("config/userpool.yaml"),
            ])
        guard made.exitCode == 0 else { throw Failure(made.output) }
    }
}
