import Foundation
import ProcessTesting
import Synchronization
import Testing

@Suite(
    "Sessions outlive the gateway's process, and what was ended stays ended", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct SessionDurabilityTests {
    /// Starts another gateway on the state folder of one that has ended.
    private static func restart(_ host: SigningGateway, attributes: String = "") async throws -> GatewayAlone {
        try await GatewayAlone(folder: host.folder) {
            Configurations.signingIn(port: $0[0], issuer: host.provider.issuer, attributes: attributes)
        }
    }

    /// Signs in and returns the cookie, `name=value`.
    private static func signIn(_ host: SigningGateway) async throws -> String {
        let browser = host.browser()
        let answer = try await browser(host.callback(browser))
        guard let cookie = answer.sessionCookie else { throw Failure("no session: \(answer)") }
        return String(cookie.prefix { $0 != ";" })
    }

    /// Cookies that were acknowledged.
    private final class Cookies: Sendable {
        private let held = Mutex<[String]>([])
        var all: [String] { held.withLock { $0 } }
        func add(_ cookie: String) { held.withLock { $0.append(cookie) } }
    }

    private static func status(_ gateway: GatewayAlone, _ cookie: String) async throws -> Int {
        try await Curl(caFile: gateway.caFile)("https://localhost:\(gateway.port)/", "--cookie", cookie).status
    }

    @Test("kill -9 in the midst of sign-ins: every session whose cookie went out is found again")
    func killed() async throws {
        let host = try await SigningGateway()
        let cookies = Cookies()
        let ended = Cookies()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    // Until the gateway is gone: then curl gets no answer.
                    while let cookie = try? await Self.signIn(host) {
                        if worker == 0 {
                            let answer = try await Curl(caFile: host.gateway.caFile)(
                                host.origin + "/oauth2/logout", "--cookie", cookie)
                            if answer.status == 302 { ended.add(cookie) }
                        } else {
                            cookies.add(cookie)
                        }
                    }
                }
            }
            _ = try await eventually("some sign-ins and sign-outs", within: .seconds(60)) {
                cookies.all.count >= 12 && ended.all.count >= 3 ? true : nil
            }
            host.gateway.program.signal(SIGKILL)
            try await group.waitForAll()
        }
        #expect(try await host.gateway.program.exitCode() == 128 + 9)

        let next = try await Self.restart(host)
        for cookie in cookies.all {
            #expect(try await Self.status(next, cookie) == 200, "\(next.program.log)")
        }
        host.backend.reset()
        for cookie in ended.all { #expect(try await Self.status(next, cookie) == 302) }
        #expect(host.backend.requests.isEmpty)
        _ = try await next.program.stop()
    }

    @Test("a restart keeps identity and sign-out hint; a file cut short loses its last session only")
    func restarted() async throws {
        let host = try await SigningGateway()
        let first = try await Self.signIn(host)
        let second = try await Self.signIn(host)
        #expect(try await host.gateway.program.stop() == 0)
        let file = host.folder.file("state/data/sessions.journal")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        try bytes.dropLast(3).write(to: URL(fileURLWithPath: file))
        chmod(file, 0o600)

        let next = try await Self.restart(host)
        #expect(try await Self.status(next, second) == 302)
        #expect(host.backend.requests.isEmpty)
        #expect(try await Self.status(next, first) == 200)
        let request = try #require(host.backend.requests.last)
        #expect(request.value("x-amzn-oidc-identity") == ProviderStub.subject)
        #expect(request.values("x-amzn-oidc-data").count == 1)
        let signOut = try await Curl(caFile: next.caFile)(
            "https://localhost:\(next.port)/oauth2/logout", "--cookie", first)
        #expect(signOut.value("location")?.contains("id_token_hint=") == true, "\(signOut)")
        _ = try await next.program.stop()
    }

    @Test("a damaged journal, or another key, ends all sessions and stops nothing")
    func damaged() async throws {
        let host = try await SigningGateway()
        let cookie = try await Self.signIn(host)
        _ = try await Self.signIn(host)
        #expect(try await host.gateway.program.stop() == 0)
        let file = host.folder.file("state/data/sessions.journal")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        bytes[bytes.count / 3] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file))
        chmod(file, 0o600)
        let next = try await Self.restart(host)
        #expect(try await Self.status(next, cookie) == 302)
        #expect(next.program.log.contains("the sessions cannot be read"))
        #expect(FileManager.default.fileExists(atPath: file + ".unreadable"))
        #expect(host.backend.requests.isEmpty)
        _ = try await next.program.stop()
    }

    @Test("two gateways do not write one journal; without a journal a restart ends sessions, and none comes back later")
    func exclusive() async throws {
        let host = try await SigningGateway()
        let cookie = try await Self.signIn(host)
        let port = try freePort()
        let other = try host.folder.write(
            Configurations.signingIn(port: port, issuer: host.provider.issuer), to: "other.yaml")
        let second = try RunningProgram(
            "gateway", ["--config", other, "--state", host.folder.file("state")], logFile: host.folder.file("other.log")
        )
        #expect(try await second.exitCode() == 1)
        #expect(second.log.contains("Another gateway"), "\(second.log)")
        _ = try await host.gateway.program.stop()

        let off = "Attributes: {gatehouse.sessions.journal.enabled: false}"
        let forgetful = try await Self.restart(host, attributes: off)
        #expect(try await Self.status(forgetful, cookie) == 302)
        _ = try await forgetful.program.stop()
        let next = try await Self.restart(host)
        #expect(try await Self.status(next, cookie) == 302)
        #expect(host.backend.requests.isEmpty)
        _ = try await next.program.stop()
    }

    @Test("the sign-in's cookie is new whatever the browser brought, and the session it had before is dead (55)")
    func fixation() async throws {
        let host = try await SigningGateway()
        let planted = "AWSELBAuthSessionCookie-0=" + String(repeating: "A", count: 43)
        let browser = host.browser()
        let callback = try await host.callback(browser)
        let answer = try await browser(callback, "--cookie", planted)
        let fresh = host.browser()
        let second = try await fresh(host.callback(fresh))
        let cookie = String(try #require(second.sessionCookie).prefix { $0 != ";" })
        #expect(cookie != planted && answer.sessionCookie?.hasPrefix(planted) != true)
        #expect(try await Self.status(host.gateway, planted) == 302)
        // The same browser signs in again over its live session.
        let again = try await fresh(host.callback(fresh, path: "/oauth2/login?return_to=%2F"))
        let renewed = String(try #require(again.sessionCookie).prefix { $0 != ";" })
        #expect(renewed != cookie)
        host.backend.reset()
        #expect(try await Self.status(host.gateway, cookie) == 302, "the old id is dead")
        #expect(host.backend.requests.isEmpty)
        #expect(try await Self.status(host.gateway, renewed) == 200)
        try await host.stop()
    }

    @Test("an idle session ends, not before its time; one in use does not")
    func idle() async throws {
        // Requests must come within this time; where the machine held one up for longer, nothing is shown, and a round is played again.
        let timeout = Duration.seconds(10)
        let host = try await SigningGateway(attributes: "Attributes: {gatehouse.sessions.idle_timeout.seconds: 10}")
        let clock = ContinuousClock()
        for _ in 1...6 {
            let began = clock.now
            let idle = try await Self.signIn(host)
            // The earliest moment at which the gateway can have seen the session in use.
            var lastUse = clock.now
            let used = try await Self.signIn(host)
            let before = host.gateway.program.log.utf8.count
            var wasHeldUp = false
            func isInUse() async throws -> Bool {
                let asked = clock.now
                let status = try await Self.status(host.gateway, used)
                // The gateway counts whole seconds.
                wasHeldUp = wasHeldUp || clock.now - lastUse >= timeout - .seconds(1)
                lastUse = asked
                return status == 200
            }
            var end: Duration?
            while end == nil, !wasHeldUp {
                guard try await isInUse() || wasHeldUp else { throw Failure("a session in use ended") }
                let news = String(decoding: host.gateway.program.log.utf8.dropFirst(before), as: UTF8.self)
                if news.contains("reason=idle") { end = clock.now - began }
            }
            let lives = try await isInUse()
            if wasHeldUp { continue }
            #expect(lives && end.map { $0 >= timeout - .seconds(1) } == true, "\(String(describing: end))")
            host.backend.reset()
            #expect(try await Self.status(host.gateway, idle) == 302)
            #expect(host.backend.requests.isEmpty)
            return try await host.stop()
        }
        Issue.record("the machine is too slow: no request came within \(timeout), six times over")
    }
}
