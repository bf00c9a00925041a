import Foundation
import ProcessTesting
import Testing

@Suite(
    "gatehouse why tells what the gateway does", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ExplanationTests {
    @Test("the head it shows is, byte for byte, the head the backend gets")
    func sameHead() async throws {
        let host = try await PlainGateway()
        for (target, headers) in [
            ("/", []), ("/a/%2e%2e/b%7e?q=%2f&r", ["Accept: */*", "X-Forwarded-For: 192.0.2.1"]),
            ("/x", ["Connection: close, x-gone", "X-Gone: 1", "x_amzn_oidc_identity: me", "Proxy: p", "Cookie: a=b"]),
        ] as [(String, [String])] {
            host.backend.reset()
            let name = "localhost:\(host.gateway.port)"
            _ = try await host.exchange(
                (["GET \(target) HTTP/1.1", "Host: \(name)"] + headers.filter { !$0.hasPrefix("Connection") }
                    + [headers.first { $0.hasPrefix("Connection") } ?? "Connection: close", "", ""])
                    .joined(separator: "\r\n"))
            let told = try await Tool.run(
                try Programs.path("gatehouse"),
                ["why", "GET", "http://\(name)\(target)", "--config", host.folder.file("gateway.yaml")]
                    + ["--state", host.folder.file("state")] + headers.flatMap { ["--header", $0] })
            #expect(told.exitCode == 0, "\(told.output)")
            let lines = host.backend.received.components(separatedBy: "\r\n").dropLast(2)
            let shown = told.output.components(separatedBy: "\n").filter { $0.hasPrefix("    ") }.map {
                $0.dropFirst(4)
            }
            #expect(shown.map { masked(String($0)) } == lines.map { masked($0) }, "\(told.output)")
        }
        try await host.stop()
    }

    @Test("an error page's number leads to the cause: status, rule, session, backend, provider; no query, no secret")
    func explain() async throws {
        let host = try await SigningGateway()
        func explain(_ arguments: String...) async throws -> Tool.Result {
            try await Tool.run(
                try Programs.path("gatehouse"), ["explain"] + arguments + ["--state", host.folder.file("state")])
        }
        func number(_ answer: Curl.Answer) throws -> String {
            let match = answer.body.firstMatch(of: /class="mono">([0-9a-f]{16})</)
            return String(try #require(match, "\(answer)").1)
        }
        let user = try await host.signedInBrowser()
        host.backend.respond { _ in .hangUp }
        let broken = try await user(host.origin + "/fails/here?secret=hunter2")
        #expect(broken.status == 502)
        let backend = try await explain(number(broken))
        #expect(backend.exitCode == 0, "\(backend.output)")
        for text in [
            "GET /fails/here (", "502 ", "backendFailed: target group backend, ", "listener app, the default rule",
            "127.0.0.1", "subject \(ProviderStub.subject)",
        ] {
            #expect(backend.output.contains(text), "\(text) in \(backend.output)")
        }
        #expect(!backend.output.contains("hunter2"))
        let denied = try await explain(number(host.browser()(host.origin + "/deny/x", "--header", "Accept: text/html")))
        #expect(denied.output.contains("sign_in_required") && denied.output.contains("priority 3"), "\(denied.output)")
        let refused = try await explain(number(host.browser()(host.origin + "/public/%00")))
        #expect(refused.output.contains("before any rule"), "\(refused.output)")
        host.provider.misbehave(.codeRefused)
        let browser = host.browser()
        let page = try await browser(host.callback(browser), "--location")
        let provider = try await explain(number(page), "--json")
        #expect(provider.output.contains("\"cause\":\"AuthInvalidGrantError\""), "\(provider.output)")
        #expect(provider.output.contains("the token endpoint refused the code"))
        #expect(!page.body.contains("the token endpoint refused the code"), "the user is not told")
        let list = try await explain()
        #expect(
            list.output.contains("AuthInvalidGrantError") && list.output.contains("backendFailed"), "\(list.output)")
        let unknown = try await explain("0123456789abcdef")
        #expect(unknown.exitCode == 1 && unknown.output.contains("knows no refused or failed request"))
        #expect(try await explain("xyz").exitCode == 64)
        let number = try number(page)
        try await host.stop()
        let later = try await explain(number)
        #expect(later.exitCode == 0 && later.output.contains("From the audit log:"), "\(later.output)")
        #expect(later.output.contains("AuthInvalidGrantError"))
        #expect(try await explain("0123456789abcdef").exitCode == 1)
    }

    @Test("a head that never ends is a request of its own: nothing of the one before it is in its answer or its record")
    func unfinishedHead() async throws {
        let host = try await PlainGateway(attributes: "Attributes: {gatehouse.client_header_timeout.seconds: 1}")
        let connection = try await RawConnection.open(port: host.gateway.port)
        try await connection.write("HEAD /before HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await connection.read(until: "\r\n\r\n")
        try await connection.write("GET /after HTTP/1.1\r\n")
        let answer = try await connection.readToEnd()
        #expect(answer.contains("HTTP/1.1 408 ") && answer.contains("<h1>"), "\(answer)")
        let list = try await Tool.run(
            try Programs.path("gatehouse"), ["explain", "--json", "--state", host.folder.file("state")])
        #expect(list.output.contains("\"requestTimeout\"") && !list.output.contains("/before"), "\(list.output)")
        try await host.stop()
    }

    @Test("--as, --session and --expect: a policy's test, with exit code 1 and what was found instead")
    func expectations() async throws {
        let host = try await SigningGateway()
        _ = try await host.signedInBrowser()
        let listed = try await Tool.run(
            try Programs.path("gatehouse"), ["sessions", "list", "--json", "--state", host.folder.file("state")])
        let session = String(try #require(listed.output.firstMatch(of: /"id":"([0-9a-f]{8})"/)).1)
        func why(_ path: String, _ arguments: String...) async throws -> Tool.Result {
            try await Tool.run(
                try Programs.path("gatehouse"),
                ["why", "GET", host.origin + path, "--config", host.folder.file("gateway.yaml")]
                    + ["--state", host.folder.file("state")] + arguments)
        }
        for (path, arguments) in [
            ("/x", ["--expect", "sign-in"]), ("/x", ["--expect", "302"]), ("/deny/x", ["--expect", "401"]),
            ("/public/x", ["--expect", "forward:backend"]), ("/x", ["--as", "alice", "--expect", "forward"]),
            ("/x", ["--as", "alice", "--groups", "a,b", "--expect", "forward:backend"]),
            ("/x", ["--session", session, "--expect", "forward"]), ("/public/%00", ["--expect", "refuse"]),
        ] {
            let result = try await Tool.run(
                try Programs.path("gatehouse"),
                ["why", "GET", host.origin + path, "--config", host.folder.file("gateway.yaml")]
                    + ["--state", host.folder.file("state")] + arguments)
            #expect(result.exitCode == 0, "\(path) \(arguments): \(result.output)")
        }
        let wrong = try await why("/x", "--expect", "forward")
        #expect(
            wrong.exitCode == 1 && wrong.output.contains("expected forward, found sign-in (302)"), "\(wrong.output)")
        let gone = try await why("/x", "--session", "00000000", "--expect", "forward")
        #expect(gone.exitCode == 1 && gone.output.contains("No session 00000000 stands"), "\(gone.output)")
        #expect(try await why("/x", "--expect", "whatever").exitCode == 64)
        #expect(try await why("/x", "--groups", "a").exitCode == 64)
        try await host.stop()
    }

    /// A line without its trace id, which is made for each request.
    private func masked(_ line: String) -> String { line.replacing(/1-[0-9a-f]{8}-[0-9a-f]{24}/, with: "ID") }
}
