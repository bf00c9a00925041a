import Foundation
import ProcessTesting
import Testing

@Suite(
    "The admin socket and gatehouse sessions: who may, what is shown, and that ending means the end", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct AdminTests {
    private struct Listed: Decodable {
        struct Session: Decodable {
            let id: String
            let subject: String
            let user: String?
            let issuer: String
        }
        let total: Int
        let sessions: [Session]
    }

    private func gatehouse(_ host: SigningGateway, _ arguments: String...) async throws -> Tool.Result {
        try await Tool.run(
            try Programs.path("gatehouse"), arguments + ["--state", host.folder.file("state")])
    }

    private func list(_ host: SigningGateway) async throws -> Listed {
        let result = try await gatehouse(host, "sessions", "list", "--json")
        #expect(result.exitCode == 0, "\(result.output)")
        return try JSONDecoder().decode(Listed.self, from: Data(result.output.utf8))
    }

    @Test("list shows short ids and no cookie; end and end-user end sessions on every worker, and say what they did")
    func ending() async throws {
        let host = try await SigningGateway()
        let browsers = [host.browser(), host.browser(), host.browser()]
        var cookies: [String] = []
        var ids: [String] = []
        for browser in browsers {
            let signedIn = try await browser(host.callback(browser))
            cookies.append(try #require(signedIn.sessionCookie?.split(separator: ";").first.map(String.init)))
            ids += try await list(host).sessions.map(\.id).filter { !ids.contains($0) }
        }
        let listed = try await list(host)
        #expect(listed.total == 3 && Set(listed.sessions.map(\.id)).count == 3)
        #expect(listed.sessions.allSatisfy { $0.id.wholeMatch(of: /[0-9a-f]{8}/) != nil })
        #expect(Set(listed.sessions.map(\.subject)) == [ProviderStub.subject])
        #expect(
            Set(listed.sessions.map(\.user)) == ["user"] && Set(listed.sessions.map(\.issuer)) == [host.provider.issuer]
        )
        let table = try await gatehouse(host, "sessions", "list")
        #expect(table.output.contains("ID") && table.output.contains("3 sessions."))
        let json = try await gatehouse(host, "sessions", "--json")
        for cookie in cookies {
            let value = String(cookie.drop { $0 != "=" }.dropFirst())
            #expect(value.count == 43)
            #expect(!table.output.contains(value) && !json.output.contains(value))
        }
        let ended = try await gatehouse(host, "sessions", "end", ids[2])
        #expect(ended.exitCode == 0 && ended.output.contains("Ended 1 session."), "\(ended.output)")
        host.backend.reset()
        let thief = Curl(caFile: host.gateway.caFile)
        for _ in 0..<8 { #expect(try await thief(host.origin + "/", "--cookie", cookies[2]).status == 302) }
        #expect(host.backend.requests.isEmpty)
        #expect(try await thief(host.origin + "/", "--cookie", cookies[0]).status == 200)
        let again = try await gatehouse(host, "sessions", "end", ids[2])
        #expect(
            again.exitCode == 1 && again.output.contains("No session \(ids[2]) stands"),
            "\(again.output)")
        let rest = try await gatehouse(host, "sessions", "end-user", "user")
        #expect(rest.exitCode == 0 && rest.output.contains("Ended 2 sessions."), "\(rest.output)")
        host.backend.reset()
        for cookie in cookies { #expect(try await thief(host.origin + "/", "--cookie", cookie).status == 302) }
        #expect(host.backend.requests.isEmpty)
        #expect(try await list(host).total == 0)
        let nobody = try await gatehouse(host, "sessions", "end-user", ProviderStub.subject)
        #expect(nobody.exitCode == 1 && nobody.output.contains("No session of \(ProviderStub.subject) stands"))
        let wrong = try await gatehouse(host, "sessions", "end", String(cookies[0].suffix(43)))
        #expect(wrong.exitCode == 64 && wrong.output.contains("no session id"), "\(wrong.output)")
        try await host.stop()
    }

    @Test("ending a session ends its WebSockets and event streams, and nobody else's")
    func streams() async throws {
        let host = try await SigningGateway()
        let cookie = try await host.sessionCookie()
        let id = try #require(try await list(host).sessions.first?.id)
        let other = try await host.sessionCookie()
        let streams = try await SessionBoundStreams(host, cookie: cookie)
        let others = try await SessionBoundStreams(host, cookie: other)
        #expect(try await gatehouse(host, "sessions", "end", id).exitCode == 0)
        try await streams.expectEnd()
        try await others.expectLife()
        try await host.stop()
    }

    @Test("without a gateway the commands say so, and what to do")
    func absent() async throws {
        let folder = try TemporaryFolder()
        for arguments in [["list"], ["end", "0123abcd"], ["end-user", "somebody"]] {
            let result = try await Tool.run(
                try Programs.path("gatehouse"), ["sessions"] + arguments + ["--state", folder.file("none")])
            #expect(result.exitCode == 1 && result.output.contains("No gateway answers on "), "\(result.output)")
            #expect(result.output.contains("gatehouse up"))
        }
    }

    @Test("it is a socket for its own user, and no port, web page, other user or near-by path reaches it (121, 122)")
    func reach() async throws {
        let host = try await SigningGateway()
        let user = try await host.signedInBrowser()
        let socket = host.folder.file("state/run/admin.sock")
        #expect(try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int == 0o600)
        func ask(_ target: String, _ arguments: String...) async throws -> Curl.Answer {
            try await Curl().run("http://localhost" + target, ["--unix-socket", socket] + arguments)
        }
        let health = try await ask("/health")
        #expect(health.status == 200 && health.body.contains("\"status\":\"ok\""), "\(health)")
        let id = try #require(try await list(host).sessions.first?.id)
        for target in [
            "/sessions/", "//sessions", "/sessions/../sessions", "/sessions/\(id)/", "/sessions/\(id)%00",
            "/sessions/\(id.uppercased())x", "/SESSIONS/\(id)", "/sessions/%2e%2e/users/x/sessions", "/config",
            "/health/../sessions/\(id)", "/users//sessions",
        ] {
            for method in ["GET", "DELETE", "POST"] {
                let answer = try await ask(target, "--request", method)
                #expect(answer.status == 404, "\(method) \(target): \(answer)")
            }
        }
        // A page in a browser, were there ever a way, says where it is from.
        for header in [
            "Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: none",
        ] {
            let answer = try await ask("/sessions/\(id)", "--request", "DELETE", "--header", header)
            #expect(answer.status == 403, "\(header): \(answer)")
        }
        #expect(try await ask("/sessions", "--request", "DELETE").status == 405)
        // What is asked on a listener is the application's, even with the admin socket's addresses.
        host.backend.reset()
        #expect(try await user(host.origin + "/sessions/\(id)", "--request", "DELETE").status == 200)
        #expect(host.backend.requests.map(\.target) == ["/sessions/\(id)"])
        #expect(try await Curl(caFile: host.gateway.caFile)(host.origin + "/health").status == 302)
        #expect(try await list(host).sessions.map(\.id) == [id])
        try await host.stop()
        #expect(!FileManager.default.fileExists(atPath: socket), "a gateway that has ended leaves no socket behind")
    }

    @Test(
        "another user of the host is turned away even where the files let him in",
        .enabled(if: geteuid() == 0, "only root can act as another user"))
    func otherUsers() async throws {
        let host = try await SigningGateway()
        _ = try await host.signedInBrowser()
        let socket = host.folder.file("state/run/admin.sock")
        for folder in ["", "state", "state/run"] { chmod(host.folder.file(folder), 0o755) }
        chmod(socket, 0o666)
        for target in ["/health", "/sessions"] {
            let result = try await Tool.run(
                "setpriv",
                ["--reuid", "65534", "--regid", "65534", "--clear-groups", "curl", "--silent", "--unix-socket", socket]
                    + ["--write-out", " %{http_code}", "http://localhost" + target])
            #expect(
                result.output.hasSuffix(" 403") && !result.output.contains(ProviderStub.subject), "\(result.output)")
        }
        try await host.stop()
    }
}
