import Foundation
import ProcessTesting
import Testing

/// `gatehouse why` takes the same steps as the gateway, in code of its own that calls the same pieces: here both are asked.
@Suite(
    "gatehouse why and the gateway decide alike", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct ExplanationAgreementTests {
    private static func yaml(port: Int, issuer: String) -> String {
        func signIn(_ reaction: String) -> String {
            "{Type: authenticate-oidc, AuthenticateOidcConfig: {Issuer: \"\(issuer)\", ClientId: c, ClientSecret: s, "
                + "OnUnauthenticatedRequest: \(reaction)}}"
        }
        let forward = "{Type: forward, ForwardConfig: {TargetGroupName: backend}}"
        func rule(_ priority: Int, _ condition: String, _ actions: String, _ rest: String = "") -> String {
            "      - {Priority: \(priority), Conditions: [\(condition)], Actions: [\(actions)]\(rest)}"
        }
        func path(_ pattern: String) -> String { "{Field: path-pattern, Values: [\"\(pattern)\"]}" }
        func rewrite(_ regex: String, _ text: String) -> String {
            ", Transforms: [{Type: url-rewrite, UrlRewriteConfig: {Rewrites: [{Regex: \"\(regex)\", Replace: \"\(text)\"}]}}]"
        }
        return """
            Workers: 1
            Attributes: {gatehouse.limits.body.bytes: 100}
            TargetGroups: [{Name: backend, Targets: [{Socket: ../backend.sock}]}]
            Listeners:
              - Name: app
                Protocol: HTTPS
                Port: \(port)
                Rules:
            \([
                rule(1, path("/public/*"), forward), rule(2, path("/optional/*"), "\(signIn("allow")), \(forward)"),
                rule(3, path("/deny/*"), "\(signIn("deny")), \(forward)"),
                rule(4, path("/moved/*"), forward, rewrite("^/moved/(.*)$", "/$1")),
                rule(5, path("/broken/*"), forward, rewrite("^/", "x")),
                rule(6, path("/gone/*"), "{Type: fixed-response, FixedResponseConfig: {StatusCode: 410}}"),
                rule(7, path("/to/*"), ##"{Type: redirect, RedirectConfig: {StatusCode: HTTP_302, Path: "/public/#{path}"}}"##),
                rule(8, path("/loop"), ##"{Type: redirect, RedirectConfig: {StatusCode: HTTP_302, Path: "/loop", Query: "a"}}"##),
                rule(9, path("/enc/*"), forward, ", AllowEncodedDelimiters: true"),
                rule(10, #"{Field: http-header, HttpHeaderConfig: {HttpHeaderName: X-Beta, Values: ["1*"]}}"#, forward),
                rule(11, "{Field: query-string, QueryStringConfig: {Values: [{Key: open, Value: yes}]}}", forward),
            ].joined(separator: "\n"))
                DefaultActions: [\(signIn("authenticate")), \(forward)]
            """
    }

    private static let targets = [
        "/", "/public/x", "/public/../x", "/public/%2e%2e/deny/x", "/public/%78?q=%2f", "/optional/x", "/deny/x?y",
        "/moved/public/x", "/moved/secret", "/moved/deny/x", "/moved/optional/x?z=1", "/broken/x", "/gone/x",
        "/to/a%20b?x",
        "/to/" + String(repeating: "a", count: 8300), "/loop?a", "/loop?b", "/enc/a%2Fb", "/enc/a%2F..%2Fb",
        "/enc/%2e%2e%2f",
        "/public%2fx", "/public/a%2fb", "/public/%00", "/public/%zz", "/public/a\\b", "/public/..;/x", "//public//x",
        "/x?open=yes", "/x?open=%79es", "/x?open=no", "/.gatehouse/none", "/oauth2/idpresponse", "/oauth2/login",
        "/oauth2/logout",
        "/oauth2/other", "/PUBLIC/x", "/public", "/public/" + String(repeating: "b", count: 17_000),
    ]

    private static let fields: [[String]] = [
        [], ["X-Beta: 12"], ["Connection: x-amzn-oidc-data, x-beta", "X-Beta: 1", "X_Amzn_Oidc_Data: me"],
        ["Content-Length: 0"], ["Content-Length: 3"], ["Content-Length: 101"], ["Transfer_Encoding: chunked"],
        ["X : y"], ["X: a", " b"],
        ["Cookie: a=b; AWSELBAuthSessionCookie-0=x; AWSALBTG=y"],
        ["X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: http"],
        ["Expect: tea"], ["Upgrade: h2c"], ["Accept: application/json"], ["Host: localhost:1"], ["Host: a@b"],
    ]

    @Test("status, location, and the head a backend gets are the same, for every target and every set of fields")
    func agree() async throws {
        let folder = try TemporaryFolder()
        let provider = try ProviderStub()
        let backend = try StubServer(socket: folder.file("backend.sock"))
        let gateway = try await GatewayAlone(folder: folder) { Self.yaml(port: $0[0], issuer: provider.issuer) }
        let cases =
            Self.targets.map { ($0, [String]()) } + Self.fields.map { ("/public/x", $0) }
            + Self.fields.enumerated().map { (Self.targets[$0.offset * 2], $0.element) }
        for (target, fields) in cases {
            backend.reset()
            let name = "localhost:\(gateway.port)"
            let lines =
                ["GET \(target) HTTP/1.1"] + (fields.contains { $0.hasPrefix("Host:") } ? [] : ["Host: \(name)"])
                + fields
            let connection = try await RawConnection.open(port: gateway.port, caFile: gateway.caFile)
            try await connection.write(
                (lines + ["", ""]).joined(separator: "\r\n") + (fields == ["Content-Length: 3"] ? "abc" : ""))
            let answer = try await connection.read(until: "\r\n\r\n").components(separatedBy: "\r\n")
            let said = try await Tool.run(
                try Programs.path("gatehouse"),
                [
                    "why", "GET", "https://\(name)\(target)", "--config", folder.file("gateway.yaml"), "--state",
                    folder.file("state"),
                ]
                    + fields.flatMap { ["--header", $0] }
            )
            let about = "\(target.prefix(60)) \(fields): \(answer[0]), \(said.output)"
            // A line that is no field is no question that can be asked.
            if said.exitCode == 64 {
                #expect(fields == ["X: a", " b"], "\(about)")
                continue
            }
            #expect(said.exitCode == 0, "\(about)")
            let told = Explanation(said.output)
            let status = Int(answer[0].dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0
            #expect(told.statuses.contains(status), "\(about)")
            let location = answer.first { $0.hasPrefix("Location: ") }?.dropFirst("Location: ".count)
            if let redirect = told.redirect { #expect(location == Substring(redirect), "\(about)") }
            let received = backend.received.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
            if status == 200 {
                #expect(received.map(Self.masked) == told.head.map(Self.masked), "\(about)")
            } else {
                #expect(backend.received.isEmpty, "\(about)")
            }
            await connection.close()
        }
        _ = try await gateway.program.stop()
    }

    /// A line without its trace id, which is made for each request.
    private static func masked(_ line: String) -> String { line.replacing(/1-[0-9a-f]{8}-[0-9a-f]{24}/, with: "ID") }

    /// What the command printed.
    private struct Explanation {
        /// What the gateway answers somebody without a session, by what was told.
        var statuses: [Int] = []
        var redirect: String?
        /// The backend's head, without the identity that only a signed-in user's request has.
        var head: [String] = []

        init(_ output: String) {
            func text(_ label: String) -> String? {
                output.components(separatedBy: "\n").first { $0.hasPrefix(label + "  ") }?.dropFirst(label.count)
                    .trimmingCharacters(in: .whitespaces)
            }
            func status(in text: String) -> Int {
                text.split { !$0.isNumber }.compactMap { Int($0) }.first { $0 >= 100 } ?? 0
            }
            head = (output.components(separatedBy: "\nThe backend gets:\n").dropFirst().first ?? "")
                .components(separatedBy: "\n").filter {
                    $0.hasPrefix("    ") && !$0.hasPrefix("    x-amzn-oidc-")
                }
                .map { String($0.dropFirst(4)) }
            let action = text("Action") ?? ""
            // A rewritten address may ask for a second sign-in.
            let signIns = output.components(separatedBy: "\n").filter { $0.hasPrefix("Sign-in") }
            if let asked = signIns.first(where: { $0.contains("without a session: ") && !$0.hasSuffix("identity") }) {
                statuses = [asked.hasSuffix("to the provider (programs: 401)") ? 302 : 401]
            } else if let refused = text("Refused") {
                statuses = [status(in: refused)]
            } else if action.hasPrefix("answered by the gateway") {
                statuses = [302, 401, 404]
            } else if !action.hasPrefix("forward") {
                statuses = [status(in: action)]
                redirect = action.hasPrefix("redirect") ? action.components(separatedBy: " to ").last : nil
            } else {
                statuses = [200]
            }
        }
    }
}
