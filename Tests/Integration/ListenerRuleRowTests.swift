import Foundation
import ProcessTesting
import Testing

/// Rows of the load balancer's rules (§3) that a request shows, from the file to what a backend receives.
@Suite(
    "Row by row: conditions, priorities and actions of listener rules", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ListenerRuleRowTests {
    /// A gateway with these rules in front of two backends and a target group behind whose socket nobody listens.
    private struct Host {
        let blue: StubServer
        let green: StubServer
        let gateway: GatewayAlone

        init(rules: String) async throws {
            let folder = try TemporaryFolder()
            blue = try StubServer(socket: folder.file("blue.sock")) { _ in .text("blue") }
            green = try StubServer(socket: folder.file("green.sock")) { _ in .text("green") }
            gateway = try await GatewayAlone(folder: folder) { ports in
                """
                Workers: 1
                TargetGroups:
                  - {Name: blue, Targets: [{Socket: ../blue.sock}]}
                  - {Name: green, Targets: [{Socket: ../green.sock}]}
                  - {Name: nobody, Targets: [{Socket: ../nobody.sock}]}
                Listeners:
                  - Name: plain
                    Protocol: HTTP
                    Port: \(ports[0])
                    Rules:
                \(rules)
                    DefaultActions:
                      - {Type: fixed-response, FixedResponseConfig: {StatusCode: 404, MessageBody: the default rule}}
                """
            }
        }

        /// Sends one request; the whole answer.
        func answer(_ target: String, _ fields: String..., method: String = "GET", host: String = "localhost")
            async throws -> String
        {
            let connection = try await RawConnection.open(port: gateway.port)
            try await connection.write(
                MalformedRequests.head(
                    (fields + ["Connection: close"]).joined(separator: "\r\n"), method: method, target: target,
                    host: "Host: \(host)"))
            return try await connection.readToEnd()
        }

        func stop() async throws {
            _ = try await gateway.program.stop()
            blue.stop()
            green.stop()
        }
    }

    private static func fixed(_ priority: Int, _ conditions: String) -> String {
        """
                  - Priority: \(priority)
                    Conditions: [\(conditions)]
                    Actions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: 200, MessageBody: rule \(priority)}}]

        """
    }

    @Test(
        "each kind of condition, and all of a rule's together; the lowest priority that matches wins; the default is last"
    )
    func conditions() async throws {
        let host = try await Host(
            rules: Self.fixed(50_000, #"{Field: path-pattern, Values: ["/p/*"]}"#)
                + Self.fixed(1, #"{Field: path-pattern, Values: ["/p/first", "/q/?"]}"#)
                + Self.fixed(20, #"{Field: host-header, Values: ["*.example.test"]}"#)
                + Self.fixed(
                    30, #"{Field: http-header, HttpHeaderConfig: {HttpHeaderName: X-Version, Values: ["b*"]}}"#)
                + Self.fixed(40, "{Field: http-request-method, HttpRequestMethodConfig: {Values: [PURGE, PUT]}}")
                + Self.fixed(60, #"{Field: query-string, QueryStringConfig: {Values: [{Key: v, Value: "1?"}]}}"#)
                + Self.fixed(
                    70, "{Field: source-ip, SourceIpConfig: {Values: [192.0.2.0/24]}}")
                + Self.fixed(
                    80,
                    "{Field: source-ip, SourceIpConfig: {Values: [127.0.0.0/8]}}, {Field: path-pattern, PathPatternConfig: {RegexValues: [\"^/r/[0-9]+$\"]}}"
                ))
        for (target, fields, method, name, rule) in [
            ("/p/first", "A: b", "GET", "localhost", 1), ("/p/second", "A: b", "GET", "localhost", 50_000),
            ("/q/1", "A: b", "GET", "localhost", 1), ("/q/12", "A: b", "GET", "localhost", nil),
            ("/P/first", "A: b", "GET", "localhost", nil), ("/x/../p/first", "A: b", "GET", "localhost", 1),
            ("/?/p/first", "A: b", "GET", "localhost", nil), ("/", "A: b", "GET", "WWW.example.TEST", 20),
            ("/", "A: b", "GET", "example.test", nil), ("/", "x-version: BETA", "GET", "localhost", 30),
            ("/", "x-version: alpha", "GET", "localhost", nil), ("/", "A: b", "PURGE", "localhost", 40),
            ("/", "A: b", "POST", "localhost", nil), ("/?a=b&V=1x", "A: b", "GET", "localhost", 60),
            ("/?v=1", "A: b", "GET", "localhost", nil),
            // The TCP peer counts, whatever is claimed.
            ("/", "X-Forwarded-For: 192.0.2.1", "GET", "localhost", nil), ("/r/12", "A: b", "GET", "localhost", 80),
            ("/r/x", "A: b", "GET", "localhost", nil),
        ] as [(String, String, String, String, Int?)] {
            let answer = try await host.answer(target, fields, method: method, host: name)
            let wanted = rule.map { "rule \($0)" } ?? "the default rule"
            #expect(answer.hasSuffix("\r\n\r\n" + wanted), "\(method) \(target) \(fields): \(answer.suffix(40))")
        }
        #expect(host.blue.connections == 0 && host.green.connections == 0)
        try await host.stop()
    }

    @Test("weights share the requests, a weight of 0 gets none, and nothing fails over to another group")
    func weights() async throws {
        func rule(_ priority: Int, _ path: String, _ groups: String) -> String {
            """
                      - Priority: \(priority)
                        Conditions: [{Field: path-pattern, Values: [\(path)]}]
                        Actions: [{Type: forward, ForwardConfig: {TargetGroups: [\(groups)]}}]

            """
        }
        let host = try await Host(
            rules: rule(1, "/both", "{TargetGroupName: blue, Weight: 1}, {TargetGroupName: green, Weight: 1}")
                + rule(2, "/one", "{TargetGroupName: blue, Weight: 0}, {TargetGroupName: green, Weight: 7}")
                + rule(3, "/dead", "{TargetGroupName: nobody, Weight: 1}, {TargetGroupName: green, Weight: 0}"))
        for _ in 0..<40 { _ = try await host.answer("/both", "A: b") }
        #expect(host.blue.requests.count + host.green.requests.count == 40)
        // One in 2^40 runs would have all on one side.
        #expect(!host.blue.requests.isEmpty && !host.green.requests.isEmpty)
        host.blue.reset()
        host.green.reset()
        for _ in 0..<10 { #expect(try await host.answer("/one", "A: b").hasSuffix("green")) }
        #expect(host.blue.requests.isEmpty)
        host.green.reset()
        #expect(try await host.answer("/dead", "A: b").hasPrefix("HTTP/1.1 502 "))
        #expect(host.green.requests.isEmpty)
        try await host.stop()
    }

    @Test("redirects: 301 and 302, placeholders as they came, a loop is 500, a Location over 8 K is 507")
    func redirects() async throws {
        func rule(_ priority: Int, _ path: String, _ config: String) -> String {
            """
                      - Priority: \(priority)
                        Conditions: [{Field: path-pattern, Values: ["\(path)"]}]
                        Actions: [{Type: redirect, RedirectConfig: {\(config)}}]

            """
        }
        let host = try await Host(
            rules: rule(
                1, "/all/*",
                ##"StatusCode: HTTP_302, Protocol: "#{protocol}", Host: "www.#{host}", Port: "81", Path: "/#{host}/#{port}/#{path}", Query: "p=#{protocol}&#{query}""##
            ) + rule(2, "/moved/*", ##"StatusCode: HTTP_301, Path: "/new/#{path}""##)
                + rule(3, "/same/*", ##"StatusCode: HTTP_301, Path: "/same/x""##))
        let port = host.gateway.port
        func location(_ target: String) async throws -> String {
            let answer = try await host.answer(target, "X-Forwarded-Host: evil.test", host: "localhost:\(port)")
            let line = answer.components(separatedBy: "\r\n").first { $0.hasPrefix("Location: ") }
            return answer.dropFirst("HTTP/1.1 ".count).prefix(3) + (line.map { " " + $0.dropFirst(10) } ?? "")
        }
        #expect(
            try await location("/all/a%20b?x=%2F&y")
                == "302 http://www.localhost:81/localhost/\(port)/all/a%20b?p=http&x=%2F&y")
        #expect(try await location("/moved/x") == "301 http://localhost:\(port)/new/moved/x")
        #expect(try await location("/same/x") == "500")
        #expect(try await location("/same/y") == "301 http://localhost:\(port)/same/x")
        #expect(try await location("/moved/" + String(repeating: "a", count: 8300)) == "507")
        #expect(host.blue.connections == 0)
        try await host.stop()
    }

    @Test("a sign-in on a rewritten address leads back to the address the client asked for")
    func originalAddress() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let answer = try await browser(host.callback(browser, path: "/moved/secret?x=%20"))
        #expect(answer.status == 302 && answer.value("location") == "/moved/secret?x=%20", "\(answer)")
        #expect(try await browser(host.origin + "/moved/secret?x=%20").status == 200)
        #expect(host.backend.requests.map(\.target) == ["/secret?x=%20"])
        try await host.stop()
    }

    @Test("fixed responses: status, type and body as written; HEAD has the length and no body")
    func fixedResponses() async throws {
        let types = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"]
        let body = String(repeating: "x", count: 1024)
        let rules = types.enumerated().map { index, type in
            """
                      - Priority: \(index + 1)
                        Conditions: [{Field: path-pattern, Values: [/\(index)]}]
                        Actions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: 50\(index), ContentType: \(type), MessageBody: \(body)}}]

            """
        }
        let host = try await Host(rules: rules.joined())
        for (index, type) in types.enumerated() {
            let answer = try await host.answer("/\(index)")
            #expect(answer.hasPrefix("HTTP/1.1 50\(index) ") && answer.hasSuffix("\r\n\r\n" + body), "\(answer)")
            #expect(answer.contains("\r\nContent-Type: \(type)\r\n"), "\(answer)")
            let head = try await host.answer("/\(index)", method: "HEAD")
            #expect(head.contains("\r\nContent-Length: 1024\r\n") && head.hasSuffix("\r\n\r\n"), "\(head)")
        }
        try await host.stop()
    }
}
