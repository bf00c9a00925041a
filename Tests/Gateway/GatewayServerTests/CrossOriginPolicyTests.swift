import HTTP1
import Testing

@testable import GatewayServer

@Suite("Which pages of other origins may read the gateway's answers, and whose preflights pass")
struct CrossOriginPolicyTests {
    private let policy = CrossOriginPolicy(
        origins: ["https://app.example", "http://localhost:3000"], stated: nil, passesPreflights: true)

    private func withHead<T>(_ fields: [String], method: String = "OPTIONS", _ body: (RequestHead, Span<UInt8>) -> T)
        throws -> T
    {
        let bytes = Array(
            ("\(method) /api HTTP/1.1\r\nHost: gate.example\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n").utf8)
        var head = RequestHead()
        try head.parse(bytes.span, length: bytes.count)
        return body(head, bytes.span)
    }

    private func fields(_ lines: String..., policy: CrossOriginPolicy? = nil) throws -> [String] {
        let policy = policy ?? self.policy
        return try withHead(lines, method: "GET") { policy.fields(for: policy.reader($0, $1)) }.map { "\($0): \($1)" }
    }

    @Test("a listed origin is echoed as it is listed; any other is told nothing but that the answer depends on it")
    func echo() throws {
        let granted = try fields("Origin: https://app.example")
        #expect(granted.contains("Access-Control-Allow-Origin: https://app.example"))
        #expect(granted.contains("Access-Control-Allow-Credentials: true") && granted.contains("Vary: Origin"))
        #expect(try fields("Origin: HTTPS://APP.EXAMPLE:443") == granted)
        for origin in [
            "https://evil.example", "http://app.example", "https://app.example.evil.example", "null", "",
            "https://app.example:8443", "https://xapp.example", "http://localhost",
        ] { #expect(try fields("Origin: \(origin)") == ["Vary: Origin"], "\(origin)") }
        #expect(try fields("Origin: https://app.example", "Origin: https://app.example") == ["Vary: Origin"])
        #expect(try fields("X: y") == ["Vary: Origin"])
        let none = CrossOriginPolicy(origins: [], stated: nil, passesPreflights: true)
        #expect(try fields("Origin: https://app.example", policy: none) == [] && !none.isActive)
        let own = CrossOriginPolicy(origins: ["https://b.example"], stated: "https://a.example", passesPreflights: true)
        #expect(try fields("Origin: https://b.example", policy: own) == [], "the listener decides alone")
    }

    @Test("attack 20: only a genuine preflight of a named origin passes, and only where it is asked for")
    func preflights() throws {
        let good = ["Origin: https://app.example", "Access-Control-Request-Method: PUT"]
        func passes(_ lines: [String], method: String = "OPTIONS", _ policy: CrossOriginPolicy? = nil) throws -> Bool {
            let policy = policy ?? self.policy
            return try withHead(lines, method: method) { policy.passes(preflight: $0, $1) }
        }
        #expect(try passes(good))
        #expect(try passes(good + ["Access-Control-Request-Headers: x-y", "Sec-Fetch-Mode: cors"]))
        for method in ["GET", "POST", "options", "HEAD"] { #expect(try !passes(good, method: method), "\(method)") }
        for lines in [
            [good[0]], [good[1]], good + [good[1]], good + [good[0]], ["Origin: https://evil.example", good[1]],
            [good[0], "Access-Control-Request-Method:"], [good[0], "Access-Control-Request-Method: P UT"],
            good + ["Content-Length: 1"], good + ["Transfer-Encoding: chunked"], good + ["Cookie: a=b"],
            good + ["Authorization: Bearer x"], good + ["Sec-Fetch-Mode: navigate"],
            good + ["Connection: Upgrade", "Upgrade: websocket"],
        ] { #expect(try !passes(lines), "\(lines)") }
        let off = CrossOriginPolicy(origins: ["https://app.example"], stated: nil, passesPreflights: false)
        #expect(try !passes(good, off))
        #expect(try passes(good, CrossOriginPolicy(origins: [], stated: "https://app.example", passesPreflights: true)))
        #expect(try passes(good, CrossOriginPolicy(origins: [], stated: "*", passesPreflights: true)))
        #expect(
            try !passes(good, CrossOriginPolicy(origins: [], stated: "https://b.example", passesPreflights: true)))
    }
}
