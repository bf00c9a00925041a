import ProcessTesting
import Testing

@Suite("Listener rules, from the configuration file to what a backend receives")
struct ListenerRuleTests {
    private func start(_ rules: String) async throws -> (StubServer, GatewayAlone) {
        let folder = try TemporaryFolder()
        let backend = try StubServer(socket: folder.file("backend.sock")) { _ in .text("ok") }
        let gateway = try await GatewayAlone(folder: folder) { ports in
            """
            Workers: 1
            TargetGroups:
              - {Name: blue, Targets: [{Socket: ../backend.sock}]}
              - {Name: green, Targets: [{Socket: ../backend.sock}]}
            Listeners:
              - Name: plain
                Protocol: HTTP
                Port: \(ports[0])
                Rules:
            \(rules)
                DefaultActions:
                  - {Type: fixed-response, FixedResponseConfig: {StatusCode: 404}}
            """
        }
        return (backend, gateway)
    }

    @Test("transforms change path, query and host; a result that is no address is answered with 500 and goes nowhere")
    func transforms() async throws {
        let (backend, gateway) = try await start(
            """
                  - Priority: 1
                    Conditions: [{Field: http-header, HttpHeaderConfig: {HttpHeaderName: X-Try, Values: ["yes*"]}}]
                    Transforms:
                      - {Type: url-rewrite, UrlRewriteConfig: {Rewrites: [{Regex: "^/dp/(.*)$", Replace: "/p?id=$1"}]}}
                      - {Type: host-header-rewrite, HostHeaderRewriteConfig: {Rewrites: [{Regex: "^localhost$", Replace: "inner.test"}]}}
                    Actions: [{Type: forward, ForwardConfig: {TargetGroupName: blue}}]
                  - Priority: 2
                    Conditions: [{Field: query-string, QueryStringConfig: {Values: [{Key: bad, Value: "1"}]}}]
                    Transforms: [{Type: url-rewrite, UrlRewriteConfig: {Rewrites: [{Regex: "^/", Replace: "x"}]}}]
                    Actions: [{Type: forward, ForwardConfig: {TargetGroupName: blue}}]
            """)
        let curl = Curl(caFile: gateway.caFile, jar: gateway.folder.file("jar"))
        let origin = "http://localhost:\(gateway.port)"
        #expect(try await curl(origin + "/dp/7", "-H", "x-try: YES!").status == 200)
        #expect(backend.requests.last?.target == "/p?id=7")
        #expect(backend.requests.last?.value("host") == "inner.test:\(gateway.port)")
        let count = backend.requests.count
        #expect(try await curl(origin + "/a?bad=1").status == 500)
        #expect(try await curl(origin + "/a?good=1").status == 404)
        #expect(backend.requests.count == count)
        _ = try await gateway.program.stop()
        backend.stop()
    }

    @Test("a client keeps its target group by a cookie that no backend sees")
    func stickiness() async throws {
        let (backend, gateway) = try await start(
            """
                  - Priority: 1
                    Conditions: [{Field: http-request-method, HttpRequestMethodConfig: {Values: [GET]}}]
                    Actions:
                      - Type: forward
                        ForwardConfig:
                          TargetGroups: [{TargetGroupName: blue, Weight: 1}, {TargetGroupName: green, Weight: 1}]
                          TargetGroupStickinessConfig: {Enabled: true, DurationSeconds: 60}
            """)
        let curl = Curl(caFile: gateway.caFile, jar: gateway.folder.file("jar"))
        let origin = "http://localhost:\(gateway.port)"
        let first = try await curl(origin + "/")
        let cookies = first.values("set-cookie")
        #expect(cookies.count == 2 && cookies[0].hasPrefix("AWSALBTG=") && cookies[1].hasPrefix("AWSALBTGCORS="))
        let second = try await curl(origin + "/", "-b", "a=b; \(cookies[0].prefix { $0 != ";" })")
        #expect(second.status == 200 && second.values("set-cookie").isEmpty)
        #expect(backend.requests.last?.value("cookie") == "a=b")
        let stranger = Curl(caFile: gateway.caFile, jar: gateway.folder.file("stranger"))
        let forged = try await stranger(origin + "/", "-b", "AWSALBTG=x")
        #expect(forged.values("set-cookie").count == 2)
        _ = try await gateway.program.stop()
        backend.stop()
    }
}
