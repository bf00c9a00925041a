import Foundation
import ProcessTesting
import Testing

@Suite(
    "A flood of sign-ins from one address", .enabled(if: Programs.areExpected, "\(Programs.skipMessage)"),
    .timeLimit(.minutes(4)))
struct SignInFloodTests {
    @Test("neither locks nor keeps out anybody else, whatever names it gives")
    func flood() async throws {
        let host = try await Installation.start()
        // It has a form, as everybody can, and sends it with the one name it knows and many it invents, all at once.
        let attacker = PoolSignIn(host)
        let form = try await attacker.page(from: host.app + "/")
        let jar = try #require(attacker.browser.jar)
        let requests = (1...150).map { number in
            let name = number.isMultiple(of: 5) ? host.user : "name\(number)"
            let fields =
                form.hidden.map { "\($0.name)=\($0.value)" } + ["username=\(name)", "password=Wrong-Password-1!"]
            return """
                url = "\(form.action)"
                interface = "127.0.0.2"
                http1.1
                cacert = "\(host.ready.caFile)"
                cookie = "\(jar)"
                output = "/dev/null"
                write-out = "status %{http_code}\\n"
                \(fields.map { "data-urlencode = \"\($0)\"" }.joined(separator: "\n"))
                """
        }
        let file = host.folder.file("requests")
        try requests.joined(separator: "\nnext\n").write(toFile: file, atomically: true, encoding: .utf8)
        let flood = try RunningProgram(
            executable: "/usr/bin/env",
            ["curl", "--silent", "--parallel", "--parallel-immediate", "--parallel-max", "150", "--config", file],
            logFile: host.folder.file("flood.log"))
        // From the first refusal on, all places that one source may have are taken.
        _ = try await eventually("a refusal of the flood", within: .seconds(60)) {
            flood.log.contains("status 503") || flood.log.contains("status 429") ? true : nil
        }
        let page = try await PoolSignIn(host).signIn(from: host.app + "/")
        #expect(page.status == 200 && page.body.contains("id=\"composer\""), "\(page)\n\(host.logs)")
        #expect(try await flood.exitCode(within: .seconds(120)) == 0, "\(flood.log)")
        #expect(!flood.log.contains("status 302"))
        // Nothing is left of it either.
        let later = try await PoolSignIn(host).signIn(from: host.app + "/")
        #expect(later.status == 200 && later.body.contains("id=\"composer\""), "\(later)")
        #expect(try await host.stop() == 0)
    }
}
