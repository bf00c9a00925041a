import Foundation
import ProcessTesting
import Testing

@Suite(
    "Sessions in cookies: sealed, cut into shards, bound to host and name, shared by gateways with the same keys",
    .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct CookieStoreTests {
    private static let attributes = "Attributes: {gatehouse.sessions.store: cookie}"

    private static func start(_ folder: TemporaryFolder, _ host: SigningGateway) async throws -> GatewayAlone {
        try await GatewayAlone(folder: folder) {
            Configurations.signingIn(port: $0[0], issuer: host.provider.issuer, attributes: attributes)
        }
    }

    /// Signs in; the cookies as `name=value`, shard by shard.
    private static func signIn(_ host: SigningGateway) async throws -> [String] {
        let browser = host.browser()
        return try shards(try await browser(host.callback(browser)))
    }

    private static func shards(_ answer: Curl.Answer) throws -> [String] {
        let values = answer.values("set-cookie").filter { $0.hasPrefix("AWSELBAuthSessionCookie-") }
        let pairs = values.map { String($0.prefix { $0 != ";" }) }.filter { !$0.hasSuffix("=") }
        guard values.count == 4, !pairs.isEmpty else { throw Failure("no session: \(answer)") }
        return pairs
    }

    private static func get(
        _ gateway: GatewayAlone, _ cookies: [String], host: String = "localhost", path: String = "/"
    ) async throws -> Curl.Answer {
        // As a header: curl's own cookies end at 8 KB.
        try await Curl()(
            "https://\(host):\(gateway.port)\(path)", "--insecure", "--resolve",
            "\(host):\(gateway.port):127.0.0.1", "--header", "Cookie: " + cookies.joined(separator: "; "))
    }

    @Test(
        "signed in by shards; the backend sees none of them; any part, mixture, change, or other host is no session (47, 48)"
    )
    func shards() async throws {
        let host = try await SigningGateway(attributes: Self.attributes)
        host.provider.set(padding: 7000)
        let cookies = try await Self.signIn(host)
        let others = try await Self.signIn(host)
        #expect(cookies.count == 3 && others.count == 3 && cookies.allSatisfy { $0.utf8.count <= 4096 })
        for _ in 0..<6 { #expect(try await Self.get(host.gateway, ["a=b"] + cookies + ["c=d"]).status == 200) }
        let request = try #require(host.backend.requests.last)
        #expect(request.value("cookie") == "a=b; c=d")
        #expect(request.value("x-amzn-oidc-identity") == ProviderStub.subject)
        #expect(request.value("x-amzn-oidc-accesstoken")?.hasPrefix("access-") == true)
        for secret in host.provider.secrets + [ProviderStub.subject] {
            #expect(!cookies.joined().contains(secret))
        }
        host.backend.reset()
        let middle = cookies[1]
        let changed = String(middle.dropLast(9)) + (middle.hasSuffix("AAAAAAAAA") ? "BBBBBBBBB" : "AAAAAAAAA")
        for wrong in [
            Array(cookies[..<1]), Array(cookies[..<2]), Array(cookies[1...]), [cookies[0], cookies[2]],
            [others[0], cookies[1], cookies[2]], [cookies[0], others[1], cookies[2]], cookies + [others[0]],
            [cookies[0], changed, cookies[2]], cookies + ["AWSELBAuthSessionCookie-3=AAAA"],
            [cookies[0], cookies[1] + "A", cookies[2]],
            ["AWSELBAuthSessionCookie-0=" + String(repeating: "A", count: 43)],
        ] {
            #expect(try await Self.get(host.gateway, wrong).status == 302, "\(wrong.map { $0.prefix(30) })")
        }
        #expect(try await Self.get(host.gateway, cookies, host: "other.test").status == 302)
        let renamed = cookies.map { $0.replacing("AWSELBAuthSessionCookie", with: "Other") }
        #expect(try await Self.get(host.gateway, renamed).status == 302)
        #expect(host.backend.requests.isEmpty)
        for count in ["999999999", "-1"] {
            let stated = ["AWSELBAuthSessionCookie_chunks=\(count)", "AWSELBAuthSessionCookie-chunks=\(count)"]
            #expect(try await Self.get(host.gateway, stated + cookies).status == 200)
        }
        let thousands = (0..<8).map { line in
            "Cookie: " + (0..<500).map { "AWSELBAuthSessionCookie-\(line * 500 + $0)=v" }.joined(separator: "; ")
        }
        #expect(try await host.status("/page", thousands.joined(separator: "\r\n")) == 302)
        try await host.stop()
    }

    @Test(
        "a restart, and another gateway with the keys, know the session; after sign-out it is dead here, after kill -9, too (52)"
    )
    func elsewhere() async throws {
        let host = try await SigningGateway(attributes: Self.attributes)
        let cookies = try await Self.signIn(host)
        let ended = try await Self.signIn(host)
        #expect(try await Self.get(host.gateway, ended, path: "/oauth2/logout").status == 302)
        #expect(try await Self.get(host.gateway, ended).status == 302)
        host.gateway.program.signal(SIGKILL)
        _ = try await host.gateway.program.exitCode()
        let next = try await Self.start(host.folder, host)
        #expect(try await Self.get(next, ended).status == 302)
        #expect(host.backend.requests.isEmpty)
        #expect(try await Self.get(next, cookies).status == 200)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: host.folder.file("state/data/sessions.journal")))
        #expect(bytes.count < 1000, "revocations only")

        let folder = try TemporaryFolder()
        let backend = try StubServer(socket: folder.file("backend.sock"))
        for part in ["state", "state/secrets", "state/secrets/cookie-keys"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(part), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let key = "state/secrets/cookie-keys/1"
        try FileManager.default.copyItem(atPath: host.folder.file(key), toPath: folder.file(key))
        chmod(folder.file(key), 0o600)
        let second = try await Self.start(folder, host)
        #expect(try await Self.get(second, cookies).status == 200)
        #expect(backend.requests.count == 1)
        _ = try await second.program.stop()
        _ = try await next.program.stop()
    }

    @Test("a key is replaced by adding one: it seals, the old one opens until it is gone")
    func rotation() async throws {
        let host = try await SigningGateway(attributes: Self.attributes)
        let old = try await Self.signIn(host)
        _ = try await host.gateway.program.stop()
        let key = host.folder.file("state/secrets/cookie-keys/10")
        try Data(Data((0..<32).map { UInt8($0) }).base64EncodedString().utf8).write(to: URL(fileURLWithPath: key))
        chmod(key, 0o600)
        let both = try await Self.start(host.folder, host)
        #expect(try await Self.get(both, old).status == 200)
        let browser = host.browser()
        let origin = "https://localhost:\(both.port)"
        guard let authorize = try await browser(origin + "/").value("location"),
            let back = try await browser(authorize).value("location")
        else { throw Failure("no sign-in") }
        let new = try Self.shards(try await browser(back))
        _ = try await both.program.stop()
        try FileManager.default.removeItem(atPath: host.folder.file("state/secrets/cookie-keys/1"))
        let last = try await Self.start(host.folder, host)
        host.backend.reset()
        #expect(try await Self.get(last, old).status == 302)
        #expect(host.backend.requests.isEmpty)
        #expect(try await Self.get(last, new).status == 200)
        _ = try await last.program.stop()
    }

    @Test("a renewed session is sealed anew, with the shards it no longer needs taken away")
    func renewed() async throws {
        let host = try await SigningGateway(attributes: Self.attributes)
        host.provider.set(tokenLife: 2, padding: 7000)
        let cookies = try await Self.signIn(host)
        #expect(cookies.count == 3)
        host.provider.set(tokenLife: 3600, email: "new@example.com", padding: 10)
        try await Task.sleep(for: .milliseconds(1100))
        #expect(try await Self.get(host.gateway, cookies).status == 200)
        _ = try await eventually("the renewal") { host.gateway.program.log.contains("session renewed") ? true : nil }
        let answer = try await Self.get(host.gateway, cookies)
        let fresh = try Self.shards(answer)
        #expect(fresh.count == 1 && host.provider.refreshes == 1)
        let after = try await Self.get(host.gateway, fresh)
        #expect(after.status == 200 && after.values("set-cookie").isEmpty)
        // Another gateway process takes the new ones, and the old ones still are the same session here.
        #expect(try await Self.get(host.gateway, cookies).status == 200)
        try await host.stop()
        let next = try await Self.start(host.folder, host)
        #expect(try await Self.get(next, fresh).status == 200)
        #expect(host.provider.refreshes == 1)
        _ = try await next.program.stop()
    }

    @Test("claims that do not fit are an error with a way forward, not half a session")
    func tooLarge() async throws {
        let host = try await SigningGateway(attributes: Self.attributes)
        // Within the 11 KB for claims and access token, but with all that goes with them beyond four cookies.
        host.provider.set(padding: 11_110)
        let browser = host.browser()
        let answer = try await browser(host.callback(browser))
        #expect(answer.status == 500 && answer.sessionCookie == nil, "\(answer)")
        #expect(host.gateway.program.log.contains("exceed four cookies"))
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }
}
