import Foundation
import ProcessTesting
import Testing

@Suite(
    "Attack 79: what another origin's page sends with the user's cookie changes nothing where a rule refuses it",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct CrossOriginAttackTests {
    private func send(
        _ host: SigningGateway, _ browser: Curl, _ fields: [String], to path: String = "/page", method: String = "POST"
    ) async throws -> Curl.Answer {
        try await browser.run(
            host.origin + path, ["--request", method, "--max-time", "10"] + fields.flatMap { ["--header", $0] })
    }

    @Test("each departure is 403 whatever the method and protocol, and noted; own pages, listed ones and programs pass")
    func refused() async throws {
        let host = try await SigningGateway(
            attributes: "Attributes: {gatehouse.cors.allowed_origins: [\"https://app.example\"]}",
            authentication: ", RefuseCrossOrigin: true")
        let browser = try await host.signedInBrowser()
        let port = host.gateway.port
        let foreign = [
            ["Origin: https://evil.example"], ["Origin: null"], ["Origin: http://localhost:\(port)"],
            ["Origin: https://localhost:\(port + 1)"], ["Origin: https://localhost"],
            ["Origin: \(host.origin).evil.example"], ["Origin: \(host.origin)", "Origin: https://evil.example"],
            ["Origin: https://app.example.evil.example"], ["Sec-Fetch-Site: cross-site"],
            ["Sec-Fetch-Site: same-site"], ["Sec-Fetch-Site: x"],
            ["Origin: \(host.origin)", "Sec-Fetch-Site: cross-site"],
        ]
        for fields in foreign {
            for version in ["--http1.1", "--http2"] {
                let answer = try await browser.run(
                    host.origin + "/page",
                    [version, "--data", "a=b"] + fields.flatMap { ["--header", $0] })
                #expect(answer.status == 403 && answer.body.contains("Another site sent this"), "\(fields): \(answer)")
            }
        }
        for method in ["PUT", "PATCH", "DELETE", "PURGE"] {
            let answer = try await send(host, browser, foreign[0] + ["Accept: application/json"], method: method)
            #expect(
                answer.status == 403 && answer.body.contains(#""reason":"cross_origin""#), "\(method): \(answer)")
        }
        // Under a new name, too.
        #expect(try await send(host, browser, foreign[0], to: "/moved/page").status == 403)
        #expect(host.backend.requests.isEmpty)

        let own = ["Origin: \(host.origin)", "Sec-Fetch-Site: same-origin"]
        for fields in [
            own, ["Origin: \(host.origin.uppercased())"], ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"], [],
            ["Origin: https://app.example", "Sec-Fetch-Site: cross-site"],
        ] {
            #expect(try await send(host, browser, fields).status == 200, "\(fields)")
        }
        for method in ["GET", "OPTIONS"] {
            #expect(try await send(host, browser, foreign[0], method: method).status == 200, "\(method)")
        }
        #expect(try await send(host, browser, foreign[0], to: "/public/x").status == 200, "no session, no user to harm")
        #expect(host.backend.requests.count == 9)
        try await host.stop()
        let audit = try String(contentsOfFile: host.folder.file("state/logs/audit.jsonl"), encoding: .utf8)
        #expect(audit.contains(#""reason":"crossOrigin""#) || audit.contains(#""reason":"cross_origin""#), "\(audit)")
    }

    @Test("unless a rule says so, such requests are the backend's to judge, as with the load balancer")
    func off() async throws {
        let host = try await SigningGateway()
        let browser = try await host.signedInBrowser()
        #expect(try await send(host, browser, ["Origin: https://evil.example"]).status == 200)
        #expect(host.backend.requests.last?.value("origin") == "https://evil.example")
        try await host.stop()
    }
}
