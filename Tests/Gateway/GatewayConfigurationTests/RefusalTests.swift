import Testing

@testable import GatewayServer

@Suite("The validator refuses what the load balancer refuses, in words")
struct RefusalTests {
    /// One mistake, and a part of the one message it must bring.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let yaml: String
        let message: String
        var testDescription: String { message }

        init(_ message: String, _ yaml: String) {
            self.message = message
            self.yaml = yaml
        }
    }

    @Test(
        "one mistake, one message",
        arguments: listeners + targets + actions + conditions + kinds + forwards + rewrites + redirects + providers
            + clients
            + pools)
    func refused(_ mistake: Mistake) {
        let found = problems(mistake.yaml)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(mistake.message) == true, "\(found)")
    }

    @Test("one more than the load balancer's quotas is refused", arguments: quotas)
    func beyondQuotas(_ mistake: Mistake) {
        let found = problems(mistake.yaml)
        #expect(found.contains { $0.contains(mistake.message) }, "\(found.prefix(3))")
    }

    @Test(
        "providers on this host may be plain HTTP",
        arguments: ["http://127.0.0.1:9480", "http://localhost:1/x", "http://[::1]:8/p", "https://a.test:8444/local_X"])
    func loopback(_ issuer: String) {
        #expect(problems(Self.provider("", issuer: issuer)) == [])
    }

    @Test("all mistakes of a file are listed together")
    func together() {
        let text = "Workers: 0\nTypo: 1\n" + Self.provider(", Scope: email, SessionTimeout: 0", issuer: "x")
        #expect(problems(text).count == 5)
    }
}
