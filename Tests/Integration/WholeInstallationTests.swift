import Foundation
import ProcessTesting
import Testing

@Suite(
    "gatehouse up: sign in at the local pool, chat, sign out, stop", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(5)))
struct WholeInstallationTests {
    /// Starts an installation, shows its logs where a test on it throws, and ends it as Ctrl-C would.
    private func withInstallation(_ body: (Installation) async throws -> Void) async throws {
        let host = try await Installation.start()
        do {
            try await body(host)
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        let pids = Array(host.ready.pids.values)
        #expect(try await host.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: host.state + "/run/ready.json"))
        for pid in pids { #expect(kill(pid, 0) != 0, "process \(pid) was left running") }
    }

    @Test("from http://…/deep/link?x=1 over TLS and the pool's page to 200 at the original URL; then out again")
    func signInAndOut() async throws {
        try await withInstallation { host in
            let visitor = PoolSignIn(host)
            let redirect = try await visitor.browser(host.http + "/deep/link?x=1")
            #expect(redirect.status == 301)
            #expect(redirect.value("location") == host.app + "/deep/link?x=1")
            let first = try await visitor.browser(host.app + "/deep/link?x=1")
            #expect(first.status == 302)
            #expect(first.value("location")?.hasPrefix(host.ready.poolURL) == true, "\(first)")

            let signedIn = try await visitor.signIn(from: host.http + "/deep/link?x=1")
            #expect(signedIn.status == 200, "\(signedIn)")
            let me = try await visitor.browser(host.app + "/api/me")
            #expect(me.status == 200 && me.body.contains("admin"), "\(me)")

            let out = try await visitor.browser(host.app + "/oauth2/logout", "--location")
            #expect(out.status == 200, "\(out)")
            #expect(try await visitor.browser(host.app + "/api/me").status == 302)
            let again = try await visitor.page(from: host.app + "/")
            #expect(!again.hidden.isEmpty, "the pool asks for the password again")
        }
    }

    @Test("the original URL comes back with its query, to the letter")
    func originalURL() async throws {
        try await withInstallation { host in
            let visitor = PoolSignIn(host)
            let form = try await visitor.page(from: host.app + "/deep/link?x=1&y=%2f%20z")
            let hidden = form.hidden.map { "\($0.name)=\($0.value)" }
            let posted = try await visitor.browser.run(
                form.action,
                (hidden + ["username=\(host.user)", "password=\(host.password)"]).flatMap { ["--data-urlencode", $0] })
            #expect((302...303).contains(posted.status), "\(posted)")
            let callback = try #require(posted.value("location"))
            #expect(callback.hasPrefix(host.app + "/oauth2/idpresponse?"))
            let back = try await visitor.browser(callback)
            #expect(back.status == 302 && back.value("location") == "/deep/link?x=1&y=%2f%20z", "\(back)")
            let replayed = try await visitor.browser(callback)
            #expect(replayed.value("location") == "/deep/link?x=1&y=%2f%20z", "who is signed in goes on: \(replayed)")
            let stranger = try await PoolSignIn(host).browser(callback)
            #expect(stranger.sessionCookie == nil, "a callback is good for one browser: \(stranger)")
            #expect(stranger.value("location")?.hasPrefix(host.ready.poolURL) == true, "\(stranger)")
        }
    }

    @Test("a wrong password and an unknown user get the same message, and no session")
    func wrongPassword() async throws {
        try await withInstallation { host in
            let visitor = PoolSignIn(host)
            var messages: [String] = []
            for (user, password) in [(host.user, "Wrong-Password-99!"), ("nobody", "Wrong-Password-99!")] {
                let answer = try await visitor.submit(
                    visitor.page(from: host.app + "/"), user: user, password: password)
                #expect(answer.body.contains("role=\"alert\""), "\(answer)")
                let alert = answer.body.firstRange(of: "role=\"alert\"").map { answer.body[$0.upperBound...] } ?? ""
                messages.append(String(alert.prefix(200)))
                #expect(try await visitor.browser(host.app + "/").status == 302)
            }
            #expect(Set(messages).count == 1, "\(messages)")
        }
    }

    @Test("chat answers 401 to what did not come through the gateway, whatever it claims")
    func chatIdentity() async throws {
        try await withInstallation { host in
            let direct = ["--unix-socket", host.state + "/run/chat.sock"]
            let curl = Curl()
            for header in ["X: y", "x-amzn-oidc-identity: admin", "x-amzn-oidc-data: a.b.c", "x-amzn-oidc-data;"] {
                for path in ["/", "/api/me", "/api/conversations"] {
                    let answer = try await curl.run("http://localhost" + path, direct + ["--header", header])
                    #expect(answer.status == 401, "\(header) \(path): \(answer)")
                }
            }
            #expect(try await curl.run("http://localhost/health", direct).status == 200)
            let mode = try FileManager.default.attributesOfItem(atPath: host.state + "/run/chat.sock")[
                .posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test("a program that dies is started again")
    func restart() async throws {
        try await withInstallation { host in
            let chat = try #require(host.ready.pids["chat"])
            let visitor = PoolSignIn(host)
            #expect(try await visitor.signIn(from: host.app + "/").status == 200)
            kill(chat, SIGKILL)
            _ = try await eventually("chat's return", within: .seconds(30)) {
                try await visitor.browser(host.app + "/api/me").status == 200 ? true : nil
            }
        }
    }

    @Test("a port in use is one sentence and exit code 1, and nothing is left running")
    func portInUse() async throws {
        let taken = try StubServer()
        let folder = try TemporaryFolder()
        let result = try await Tool.run(
            Programs.path("gatehouse"),
            ["up", "--state", folder.file("s"), "--https", "\(taken.port)", "--pool", "0", "--http", "0"],
            environment: ["ADMIN_PASSWORD": "Correct-Horse-7-Battery"])
        #expect(result.exitCode == 1)
        #expect(result.output.contains("\(taken.port)"), "\(result.output)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("s/run/ready.json")))
    }
}
