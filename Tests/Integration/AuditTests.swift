import Foundation
import ProcessTesting
import Testing

@Suite(
    "The audit log, and what no log holds", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct AuditTests {
    private struct Line: Decodable {
        let sequence: Int
        let time: String
        let event: String
        let subject: String?
        let user: String?
        let address: String?
        let session: String?
        let request: String?
        let provider: String?
        let reason: String?
    }

    private func lines(_ host: SigningGateway) throws -> [Line] {
        try String(contentsOfFile: host.folder.file("state/logs/audit.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    private func gatehouse(_ host: SigningGateway, _ arguments: String...) async throws -> Tool.Result {
        try await Tool.run(try Programs.path("gatehouse"), arguments + ["--state", host.folder.file("state")])
    }

    @Test("sign-ins, failures, denials, sign-outs, revocations and administration are lines; the chain verifies")
    func events() async throws {
        let host = try await SigningGateway()
        let browser = try await host.signedInBrowser()
        #expect(try await browser(host.origin + "/oauth2/logout").status == 302)
        let failed = try await host.browser()(host.origin + "/oauth2/idpresponse?code=x&state=y")
        #expect(failed.status == 401)
        #expect(try await host.browser()(host.origin + "/deny/x").status == 401)
        let ended = try await host.signedInBrowser()
        #expect(try await gatehouse(host, "sessions", "end-user", "user").exitCode == 0)
        #expect(try await ended(host.origin + "/deny/x").status == 401)
        try await host.stop()

        let lines = try lines(host)
        #expect(
            lines.map(\.event) == [
                "resumed", "sign-in", "sign-out", "sign-in-failed", "denied", "sign-in", "administration", "revocation",
                "denied",
            ], "\(lines)")
        #expect(lines.map(\.sequence) == Array(1...9))
        let signIn = lines[1]
        #expect(signIn.subject == ProviderStub.subject && signIn.user == "user" && signIn.address == "127.0.0.1")
        #expect(signIn.provider == host.provider.issuer && signIn.session?.count == 8 && signIn.request?.count == 16)
        #expect(lines[2].session == signIn.session && lines[7].session == lines[5].session)
        #expect(lines[3].reason == "AuthInvalidStateParam")
        #expect(failed.body.contains(try #require(lines[3].request)))
        #expect(lines[4].reason == "sign_in_required" && lines[8].reason == "session_expired")
        #expect(lines[6].address?.hasPrefix("uid \(geteuid()), pid ") == true && lines[7].reason == "operator")

        let good = try await gatehouse(host, "audit", "verify")
        #expect(good.exitCode == 0 && good.output.contains("9 lines, all sound"), "\(good.output)")
        let file = host.folder.file("state/logs/audit.jsonl")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        for (changed, line) in [
            (text.replacing("sign-out", with: "sign-oops"), 3),
            (text.split(separator: "\n").enumerated().filter { $0.offset != 4 }.map { $0.element + "\n" }.joined(), 5),
            (text.split(separator: "\n").dropLast().map { $0 + "\n" }.joined(), 9),
        ] {
            try Data(changed.utf8).write(to: URL(fileURLWithPath: file))
            let bad = try await gatehouse(host, "audit", "verify")
            #expect(bad.exitCode == 1 && bad.output.contains("audit.jsonl:\(line): this line "), "\(bad.output)")
        }
        let absent = try await gatehouse(host, "audit", "verify", host.folder.file("nothing"))
        #expect(absent.exitCode == 1 && absent.output.contains("cannot be read"))
    }

    @Test(
        "full files are set aside while the gateway runs; ends by themselves are lines; gatehouse audit and explain read all files"
    )
    func files() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {gatehouse.audit.file.bytes: 4096}", authentication: ", SessionTimeout: 3")
        let session = try await host.sessionCookie()
        let refused = try await host.browser()(host.origin + "/oauth2/idpresponse?code=x&state=y")
        let number = String(try #require(refused.body.firstMatch(of: /<dd class="mono">([0-9a-f]{16})</)).1)
        for _ in 0..<24 { _ = try await host.browser()(host.origin + "/deny/x") }
        let folder = host.folder.file("state/logs")
        func files() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".jsonl") }.sorted()
        }
        _ = try await eventually("the session's end in the audit log", within: .seconds(30)) {
            try files().contains {
                try String(contentsOfFile: folder + "/" + $0, encoding: .utf8).contains("session-end")
            }
                ? true : nil
        }
        #expect(try await Curl(caFile: host.gateway.caFile)(host.origin + "/deny/x", "--cookie", session).status == 401)
        try await host.stop()
        #expect(try files().count >= 3)
        let ends = try files().flatMap {
            try String(contentsOfFile: folder + "/" + $0, encoding: .utf8).split(separator: "\n")
        }.filter { $0.contains(#""event":"session-end""#) }
        #expect(ends.count == 1 && ends[0].contains(#""reason":"expired""#) && ends[0].contains(ProviderStub.subject))
        let sound = try await gatehouse(host, "audit", "verify")
        #expect(sound.exitCode == 0 && sound.output.contains(" files, all sound"), "\(sound.output)")
        let explained = try await gatehouse(host, "explain", number)
        #expect(explained.exitCode == 0 && explained.output.contains("AuthInvalidStateParam"), "\(explained.output)")

        let first = try #require(try files().first { $0 != "audit.jsonl" })
        let alone = try await gatehouse(host, "audit", "verify", folder + "/" + first)
        let head = String(try #require(alone.output.firstMatch(of: /Head: (\S+)/)).1)
        try FileManager.default.removeItem(atPath: folder + "/" + first)
        let missing = try await gatehouse(host, "audit", "verify")
        #expect(missing.exitCode == 1 && missing.output.contains("lines before it are missing"), "\(missing.output)")
        #expect(try await gatehouse(host, "audit", "verify", "--after", head).exitCode == 0)
    }

    @Test("a whole visit at the most talkative level leaves no token, code, cookie, secret or verifier in any log (71)")
    func secrets() async throws {
        let host = try await SigningGateway(arguments: ["--log-level", "trace"])
        let browser = host.browser()
        let toProvider = try await browser(host.origin + "/page?password=hunter2")
        let nonce = try #require(toProvider.values("set-cookie").first { $0.hasPrefix("AWSALBAuthNonce=") })
        let authorize = try #require(toProvider.value("location"))
        let callback = try #require(try await browser(authorize).value("location"))
        let signedIn = try await browser(callback)
        let cookie = try #require(signedIn.sessionCookie)
        for path in ["/page", "/oauth2/login?return_to=/x", "/.gatehouse/none", "/%00", "/deny/x"] {
            _ = try await browser(host.origin + path, "--header", "Authorization: Bearer bearer-of-a-client")
        }
        // Renewed in the background, signed out by the provider, and a bearer token where one is asked for.
        host.provider.set(tokenLife: 2)
        let renewed = try await host.signedInBrowser()
        _ = try await eventually("a refresh") {
            _ = try await renewed(host.origin + "/page")
            return host.gateway.program.log.contains("session renewed") ? true : nil
        }
        let logoutToken = host.provider.logoutToken(["sid": "\"\(try #require(host.provider.signOut.sessions.last))\""])
        for body in ["logout_token=\(logoutToken)", "logout_token=x\(logoutToken)"] {
            _ = try await renewed(host.origin + "/oauth2/backchannel-logout", "--data", body)
        }
        #expect(try await renewed(host.origin + "/deny/x").status == 401)
        host.provider.set(tokenLife: 3600)
        // The code again, a tampered state, a provider that fails, a backend that fails.
        _ = try await browser(callback)
        let stranger = host.browser()
        let spoilt = try await host.callback(stranger).replacing("state=", with: "state=x")
        _ = try await stranger(spoilt)
        for fault in ProviderStub.Fault.allCases {
            host.provider.misbehave(fault)
            let other = host.browser()
            _ = try await other(host.callback(other))
        }
        host.provider.misbehave(nil)
        host.backend.respond { _ in .hangUp }
        #expect(try await browser(host.origin + "/fails").status == 502)
        _ = try await gatehouse(host, "sessions", "list")
        _ = try await browser(host.origin + "/oauth2/logout")
        _ = try await host.signedInBrowserIgnoringBackend()
        _ = try await gatehouse(host, "sessions", "end-user", "user")
        try await host.stop()

        func value(_ text: String) -> String { String(text.drop { $0 != "=" }.dropFirst().prefix { $0 != ";" }) }
        let query = FormText.parse(String(callback.drop { $0 != "?" }.dropFirst()))
        let authorizeQuery = FormText.parse(String(authorize.drop { $0 != "?" }.dropFirst()))
        let secrets =
            host.provider.secrets
            + [
                value(nonce), value(cookie), try #require(query["code"]), try #require(query["state"]),
                try #require(authorizeQuery["nonce"]), try #require(authorizeQuery["state"]), ProviderStub.clientSecret,
                "bearer-of-a-client", "hunter2", logoutToken, try text(host, "secrets/session-key"),
            ]
        #expect(secrets.count > 14 && secrets.allSatisfy { $0.count >= 7 }, "\(secrets)")
        let log = host.gateway.program.log
        let audit = try text(host, "logs/audit.jsonl")
        #expect(log.contains("signed in") && log.contains("sign-in failed") && log.contains("a backend failed"))
        #expect(audit.contains("\"sign-in-failed\"") && audit.contains("\"revocation\""))
        let state = host.folder.file("state")
        let files = try FileManager.default.subpathsOfDirectory(atPath: state).filter { !$0.hasPrefix("secrets/") }
        #expect(files.contains("logs/audit.jsonl") && files.contains("data/sessions.journal"))
        let places =
            [("the log", Data(log.utf8))]
            + files.map { ($0, FileManager.default.contents(atPath: state + "/" + $0) ?? Data()) }
        for secret in secrets {
            // A JWT's parts, too: half a token is a secret spilt.
            for part in secret.split(separator: ".") where part.count >= 7 {
                for (place, data) in places {
                    #expect(data.range(of: Data(part.utf8)) == nil, "\(place) holds \(part)")
                }
            }
        }
    }

    private func text(_ host: SigningGateway, _ file: String) throws -> String {
        try String(contentsOfFile: host.folder.file("state/" + file), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension SigningGateway {
    /// Signs in although the backend does not answer.
    fileprivate func signedInBrowserIgnoringBackend() async throws -> Curl {
        let browser = browser()
        guard try await browser(callback(browser)).sessionCookie != nil else { throw Failure("sign-in failed") }
        return browser
    }
}
