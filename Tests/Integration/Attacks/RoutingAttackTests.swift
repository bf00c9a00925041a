import ProcessTesting
import Testing

@Suite(
    "Attacks on public paths and routing: what leads nowhere public never reaches the backend", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct RoutingAttackTests {
    @Test("attacks 1, 2, 6–9, 11, 12, 14, 19: no spelling of a target passes a protected prefix")
    func targets() async throws {
        let host = try await SigningGateway()
        let targets = [
            "/secret?x=/public/x", "/secret%23/public/x", "/secret#/public/x", "/public/x#", "/public/../secret",
            "/public/%2e%2e/secret", "/public/%2E%2e/secret", "/public/.%2e/secret", "/public%2f../secret",
            "/public/..%2fsecret", "/public%5c../secret", "/public\\..\\secret", "/public/..%5csecret",
            "/public/%00/../secret", "/public/..;/secret", "/public/..%3b/secret", "/public/%252e%252e/secret",
            "/public/%25%32%65%25%32%65/secret", "/public/..%3f/secret", "/public//../secret", "//public/../secret",
            "/./public/../secret", "/PUBLIC/x", "/%50UBLIC/x", "/public/%zz", "/public/%", "/public/%f",
            "/public/%c0%ae%c0%ae/secret", "/secret/.%00./public/x", "https://localhost/secret", "*", "secret",
            "/public",
        ]
        for target in targets {
            let status = try await host.status(target)
            #expect(status == 302 || status == 400, "\(target): \(status)")
        }
        #expect(try await host.status("http://localhost/secret") == 421, "another scheme is another connection's")
        #expect(host.backend.requests.isEmpty, "\(host.backend.requests.map(\.target))")
        #expect(try await host.status("/%70ublic/x") == 200, "another spelling of a public path is that path")
        #expect(host.backend.requests.map(\.target) == ["/public/x"])
        try await host.stop()
    }

    @Test("a rewritten address asks for the sign-in that stands in front of it")
    func rewritten() async throws {
        let host = try await SigningGateway()
        for target in ["/moved/secret", "/moved/", "/moved/public", "/moved/optional"] {
            #expect(try await host.status(target) == 302, "\(target)")
        }
        for target in ["/moved/deny/x", "/moved//deny/x"] { #expect(try await host.status(target) == 401, "\(target)") }
        #expect(host.backend.requests.isEmpty, "\(host.backend.requests.map(\.target))")
        for target in ["/moved/public/x", "/moved/optional/x", "/moved/moved/x"] {
            #expect(try await host.status(target) == 200)
        }
        #expect(host.backend.requests.map(\.target) == ["/public/x", "/optional/x", "/moved/x"], "rewritten once")
        try await host.stop()
    }

    @Test("attacks 3, 4, 5, 10, 20: no header, method or probe's name opens a protected path")
    func claims() async throws {
        let host = try await SigningGateway()
        for field in [
            "X-Forwarded-Uri: /public/x", "X-Forwarded-Path: /public/x", "X-Original-URL: /public/x",
            "X-Original-URI: /public/x", "X-Rewrite-URL: /public/x", "X-Original-Method: OPTIONS",
            "X-HTTP-Method-Override: OPTIONS", "X-Forwarded-Method: OPTIONS", "X-Forwarded-Host: public",
            "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Real-IP: 127.0.0.1",
            "User-Agent: kube-probe/1.30", "User-Agent: GoogleHC/1.0", "User-Agent: ELB-HealthChecker/2.0",
            "Authorization: Bearer a.b.c", "x-amzn-oidc-identity: admin",
        ] { #expect(try await host.status("/secret", field) == 302, "\(field)") }
        for fields in ["X: y", "Origin: https://evil.test\r\nAccess-Control-Request-Method: GET"] {
            let status = try await host.status("/secret", fields, method: "OPTIONS")
            #expect(status == 302 || status == 401, "OPTIONS with \(fields): \(status)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("attacks 13, 43: a dirty Host is refused, and another spelling of a host is the same host")
    func hosts() async throws {
        let host = try await SigningGateway()
        for dirty in [
            "a b", "a@localhost", "localhost/x", "localhost?x", "localhost#x", "a,b", "localhost:0", "localhost:x",
            "localhost:65536", "[::1", "[::g]", "a..b", ".a", "a\\b", "a%2eb", "a\tb", "",
        ] {
            let status = try await host.status("/secret", host: "Host: \(dirty)")
            #expect(status == 400, "\(dirty): \(status)")
        }
        for clean in ["LOCALHOST", "localhost.", "localhost:8443", "[::1]:8443"] {
            #expect(try await host.status("/secret", host: "Host: \(clean)") == 302, "\(clean)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("attack 42: nothing a sign-in remembers leads to another site afterwards")
    func rememberedTargets() async throws {
        let host = try await SigningGateway()
        for target in ["//evil.test/x", "///evil.test", "/%2e/evil.test", "/.//evil.test", "/a/..//evil.test"] {
            let browser = host.browser()
            let first = try await browser(host.origin + target)
            guard first.status == 302, let authorize = first.value("location") else {
                #expect(first.status == 400, "\(target): \(first)")
                continue
            }
            let back = try #require(try await browser(authorize).value("location"))
            let location = try #require(try await browser(back).value("location"))
            #expect(location.hasPrefix("/") && !location.hasPrefix("//"), "\(target) leads to \(location)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }
}
