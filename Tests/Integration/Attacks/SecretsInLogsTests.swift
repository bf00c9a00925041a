import Foundation
import ProcessTesting
import Testing

@Suite(
    "Attack 71: a whole installation at its most talkative keeps secrets where they belong", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(3)))
struct SecretsInLogsTests {
    /// What nobody but the two parties to it may see, by what it is.
    private struct Secrets {
        private(set) var all: [(name: String, text: String)] = []

        /// A token's parts count, too: half a token is a secret spilt.
        mutating func add(_ name: String, _ text: String?) throws {
            for part in try #require(text, "no \(name)").split(separator: ".") where part.utf8.count >= 8 {
                all.append((name, String(part)))
            }
        }

        /// Everything that a browser holds, and of an address what only its two ends may know.
        mutating func add(_ name: String, jar: String?, _ addresses: String?...) throws {
            for line in try String(contentsOfFile: #require(jar), encoding: .utf8).split(separator: "\n") {
                let fields = line.split(separator: "\t")
                if fields.count == 7 { try add("\(name)'s cookie \(fields[5])", String(fields[6])) }
            }
            for address in addresses {
                let query = FormText.parse(String(try #require(address).drop { $0 != "?" }.dropFirst()))
                for parameter in ["code", "state", "nonce", "code_challenge"] {
                    if let value = query[parameter] { try add("\(name)'s \(parameter)", value) }
                }
            }
        }
    }

    /// A value in a JSON object.
    private static func member(_ name: String, of answer: Curl.Answer) -> String? {
        answer.body.firstMatch(of: try! Regex("\"\(name)\":\"([^\"]+)\"", as: (Substring, Substring).self))
            .map { String($0.1) }
    }

    @Test(
        "sign-in, refusals, chat, tokens by hand, refresh, sign-out: no token, code, state, cookie, password or key in any log or file but its own"
    )
    func wholeVisit() async throws {
        let host = try await Installation.start(changing: [
            ("gateway.yaml", "# LogLevel: info", "LogLevel: trace"),
            ("userpool.yaml", "LogLevel: info", "LogLevel: debug"),
            ("chat.yaml", "LogLevel: info", "LogLevel: trace"),
        ])
        var secrets = Secrets()
        let prompt = "prompt-that-is-nobodys-business"
        do {
            try await signIn(host, &secrets)
            try await speak(host, prompt)
            try await takeTokens(host, &secrets)
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)

        for (name, text) in [("the password", host.password), ("a wrong password", "Wrong-Password-99!")] {
            try secrets.add(name, text)
        }
        let state = URL(fileURLWithPath: host.state)
        for file in try FileManager.default.subpathsOfDirectory(atPath: host.state) where file.hasPrefix("secrets/") {
            let text = (try? String(contentsOf: state.appending(path: file), encoding: .utf8)) ?? ""
            for line in text.split(separator: "\n") where !line.hasPrefix("-----") {
                try secrets.add(file, String(line))
            }
        }
        #expect(secrets.all.count > 40, "\(secrets.all.map(\.name))")
        var places = [("gatehouse up", Data(host.program.log.utf8))]
        for file in try FileManager.default.subpathsOfDirectory(atPath: host.state) where !file.hasPrefix("secrets/") {
            if let data = FileManager.default.contents(atPath: host.state + "/" + file) { places.append((file, data)) }
        }
        #expect(places.contains { $0.0 == "logs/audit.jsonl" } && places.contains { $0.0 == "data/userpool.sqlite" })
        let log = host.logs
        for word in ["signed in", "sign-in failed", "trace ", "debug "] { #expect(log.contains(word), "\(word)") }
        for (place, data) in places {
            for (name, text) in secrets.all where data.range(of: Data(text.utf8)) != nil {
                Issue.record("\(place) holds \(name): \(text)")
            }
            guard place.hasPrefix("logs/") || place == "gatehouse up" else { continue }
            for word in [prompt, "hunter2", "eyJ", "PRIVATE KEY"] {
                #expect(data.range(of: Data(word.utf8)) == nil, "\(place) holds \(word)")
            }
        }
    }

    /// A visitor types a wrong password, then the right one, and is refused what is refused; others try what he holds.
    private func signIn(_ host: Installation, _ secrets: inout Secrets) async throws {
        let visitor = PoolSignIn(host)
        let start = try await visitor.browser(host.app + "/deep?password=hunter2")
        try secrets.add("the visitor", jar: visitor.browser.jar, start.value("location"))
        _ = try await visitor.submit(
            visitor.page(from: host.app + "/"), user: host.user, password: "Wrong-Password-99!")
        let form = try await visitor.page(from: host.app + "/deep?password=hunter2")
        for (name, value) in form.hidden { try secrets.add("the form's \(name)", value) }
        try secrets.add("the visitor", jar: visitor.browser.jar)
        let fields =
            form.hidden.map { "\($0.name)=\($0.value)" } + ["username=\(host.user)", "password=\(host.password)"]
        let posted = try await visitor.browser.run(form.action, fields.flatMap { ["--data-urlencode", $0] })
        let callback = try #require(posted.value("location"), "\(posted)")
        try secrets.add("the visitor", jar: visitor.browser.jar, callback)
        #expect(try await visitor.browser(callback).status == 302)
        try secrets.add("the signed-in visitor", jar: visitor.browser.jar)
        #expect(try await visitor.browser(host.app + "/api/me").status == 200)
        for address in [callback, callback.replacing("state=", with: "state=x"), callback + "&code=x"] {
            _ = try await PoolSignIn(host).browser(address)
        }
        for field in [
            "Authorization: Bearer bearer-of-a-client", "Cookie: AWSELBAuthSessionCookie-0=cookie-of-a-client",
        ] {
            _ = try await visitor.browser(host.app + "/api/me", "--header", field)
        }
        try secrets.add("a bearer", "bearer-of-a-client")
        try secrets.add("a stranger's cookie", "cookie-of-a-client")
        let listed = try await Tool.run(
            try Programs.path("gatehouse"), ["sessions", "list", "--state", host.state])
        #expect(listed.exitCode == 0, "\(listed.output)")
        let out = try await visitor.browser(host.app + "/oauth2/logout?everywhere=true", "--location")
        #expect(out.status == 200, "\(out)")
        try secrets.add("the visitor who left", jar: visitor.browser.jar)
    }

    /// A visitor asks the chat something.
    private func speak(_ host: Installation, _ prompt: String) async throws {
        let visitor = PoolSignIn(host)
        #expect(try await visitor.signIn(from: host.app + "/").status == 200)
        func post(_ path: String, _ json: String) async throws -> Curl.Answer {
            try await visitor.browser.run(
                host.app + path,
                ["--header", "Content-Type: application/json", "--header", "Sec-Fetch-Site: same-origin"]
                    + ["--header", "Origin: \(host.app)", "--data", json])
        }
        let made = try await post("/api/conversations", "{}")
        let id = try #require(Self.member("id", of: made), "\(made)")
        let answer = try await post("/api/conversations/\(id)/messages", "{\"text\":\"\(prompt)\"}")
        #expect(answer.status == 200, "\(answer)")
        #expect(try await post("/api/conversations/\(id)/messages", "{\"text\":7,\"x\":\"\(prompt)\"}").status >= 400)
    }

    /// Does by hand at the pool what the gateway does: redeems a code, refreshes, asks for claims, and each once more in vain.
    private func takeTokens(_ host: Installation, _ secrets: inout Secrets) async throws {
        let visitor = PoolSignIn(host)
        let redirect = host.app + "/oauth2/idpresponse"
        let authorize =
            host.ready.poolURL + "/oauth2/authorize?response_type=code&scope=openid%20email&state=state-of-a-test"
            + "&client_id=\(host.ready.clientId)&redirect_uri=\(FormText.encode(redirect))"
        let form = try await visitor.page(from: authorize)
        let fields =
            form.hidden.map { "\($0.name)=\($0.value)" } + ["username=\(host.user)", "password=\(host.password)"]
        let posted = try await visitor.browser.run(form.action, fields.flatMap { ["--data-urlencode", $0] })
        let callback = try #require(posted.value("location"), "\(posted)")
        try secrets.add("the hand's", jar: visitor.browser.jar, callback)
        let code = FormText.parse(String(callback.drop { $0 != "?" }.dropFirst()))["code"] ?? ""
        let secret = try String(contentsOfFile: host.state + "/secrets/client-secret", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        func token(_ parameters: [String]) async throws -> Curl.Answer {
            try await visitor.browser.run(
                host.ready.poolURL + "/oauth2/token",
                ["--user", "\(host.ready.clientId):\(secret)"] + parameters.flatMap { ["--data-urlencode", $0] })
        }
        let grant = ["grant_type=authorization_code", "code=\(code)", "redirect_uri=\(redirect)"]
        let first = try await token(grant)
        #expect(first.status == 200, "\(first)")
        let refresh = try #require(Self.member("refresh_token", of: first), "\(first)")
        let second = try await token(["grant_type=refresh_token", "refresh_token=\(refresh)"])
        #expect(second.status == 200, "\(second)")
        for (name, answer) in [("first", first), ("refreshed", second)] {
            for kind in ["id_token", "access_token"] {
                try secrets.add("the \(name) \(kind)", Self.member(kind, of: answer))
            }
        }
        try secrets.add("the refresh token", refresh)
        let access = try #require(Self.member("access_token", of: second))
        let claims = try await visitor.browser(
            host.ready.poolURL + "/oauth2/userInfo", "--header", "Authorization: Bearer \(access)")
        #expect(claims.status == 200, "\(claims)")
        #expect(try await token(grant).status == 400, "a code is good once")
        #expect(try await token(["grant_type=refresh_token", "refresh_token=\(refresh)x"]).status == 400)
        let failed = try await visitor.browser(
            host.ready.poolURL + "/oauth2/userInfo", "--header", "Authorization: Bearer \(access)x")
        #expect(failed.status == 401, "\(failed)")
        let revoked = try await visitor.browser.run(
            host.ready.poolURL + "/oauth2/revoke",
            ["--user", "\(host.ready.clientId):\(secret)", "--data-urlencode", "token=\(refresh)"])
        #expect(revoked.status == 200, "\(revoked)")
    }
}
