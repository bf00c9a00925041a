import Foundation
import ProcessTesting
import Testing

@Suite(
    "Backends can tell the gateway's identity from others', and are told when they do not (attack 31)", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct BackendTrustTests {
    private func selftest(_ host: SigningGateway, _ arguments: String...) async throws -> Tool.Result {
        try await Tool.run(
            try Programs.path("gatehouse"),
            ["selftest-backend", "--config", host.folder.file("gateway.yaml"), "--state", host.folder.file("state")]
                + arguments)
    }

    private static let forgeries = [
        "absent", "unsigned-header-only", "expired", "foreign-key", "unknown-key", "wrong-signer", "wrong-issuer",
        "wrong-client", "unsigned", "hmac-with-public-key", "tampered", "other-subject",
    ]

    @Test("chat takes the genuine identity and none of the forged ones")
    func chat() async throws {
        let host = try await SigningGateway()
        let file = try host.folder.write(
            """
            Identity:
              Signer: arn:aws:elasticloadbalancing:local:000000000000:loadbalancer/app/gatehouse/0000000000000000
              Issuer: "\(host.provider.issuer)"
              ClientId: \(ProviderStub.clientID)
            """, to: "chat.yaml")
        let chat = try RunningProgram(
            "chat", ["--config", file, "--state", host.folder.file("state")], logFile: host.folder.file("chat.log"))
        let socket = host.folder.file("state/run/chat.sock")
        _ = try await eventually("chat's socket", within: .seconds(20)) {
            FileManager.default.fileExists(atPath: socket) ? true : nil
        }
        let result = try await selftest(
            host, "--socket", "run/chat.sock", "--issuer", host.provider.issuer, "--client", ProviderStub.clientID)
        #expect(result.exitCode == 0, "\(result.output)\n\(chat.log)")
        #expect(result.output.contains("takes the gateway's identity and no other"))
        for name in Self.forgeries + ["genuine"] { #expect(result.output.contains(name), "\(name)") }
        #expect(!result.output.contains("WRONG"))
        _ = try await chat.stop()
        try await host.stop()
    }

    @Test("a backend that looks at nothing, or believes the unsigned header, is named with what it lets through")
    func gullible() async throws {
        let host = try await SigningGateway()
        let everything = try await selftest(host, "--socket", host.folder.file("backend.sock"))
        #expect(everything.exitCode == 1 && everything.output.contains("lets absent, unsigned-header-only, expired,"))
        for name in Self.forgeries { #expect(everything.output.contains(name), "\(name)") }
        #expect(host.backend.requests.count == Self.forgeries.count + 1)
        host.backend.respond { $0.value("x-amzn-oidc-identity") == nil ? .json("{}", status: 401) : .text("hello") }
        let some = try await selftest(host, "--socket", host.folder.file("backend.sock"), "--json")
        #expect(some.exitCode == 1 && some.output.contains("\"probe\":\"unsigned-header-only\""), "\(some.output)")
        #expect(some.output.components(separatedBy: "\"isRight\":true").count == 3, "genuine and absent")
        host.backend.respond { _ in .json("{}", status: 401) }
        let nothing = try await selftest(host, "--socket", host.folder.file("backend.sock"))
        #expect(
            nothing.exitCode == 1 && nothing.output.contains("refuses even a genuine identity"), "\(nothing.output)")
        host.backend.stop()
        let gone = try await selftest(host, "--socket", host.folder.file("gone.sock"), "--issuer", "i", "--client", "c")
        #expect(gone.exitCode == 1 && gone.output.contains("Nothing answers on "), "\(gone.output)")
        try await host.stop()
    }

    @Test("the public key is there as PEM by its id and as a key set; the token names it, its audience and its time")
    func keys() async throws {
        let host = try await SigningGateway()
        let user = try await host.signedInBrowser()
        _ = try await user(host.origin + "/x")
        let token = try #require(host.backend.requests.last?.value("x-amzn-oidc-data"))
        #expect(token.contains("="), "padded, as the load balancer's")
        let header = try decode(token.split(separator: ".")[0]), claims = try decode(token.split(separator: ".")[1])
        let id = String(try #require(header.firstMatch(of: /"kid":"([0-9a-f-]{36})"/)).1)
        #expect(claims.contains("\"aud\":\"\(ProviderStub.clientID)\"") && claims.contains("\"iat\":"), "\(claims)")
        let stranger = Curl(caFile: host.gateway.caFile)
        let pem = try await stranger(host.origin + "/.gatehouse/public-keys/" + id)
        #expect(pem.status == 200 && pem.body.hasPrefix("-----BEGIN PUBLIC KEY-----\n"), "\(pem)")
        let file = try String(contentsOfFile: host.folder.file("state/identity-keys/\(id).pem"), encoding: .utf8)
        #expect(pem.body.trimmingCharacters(in: .newlines) == file.trimmingCharacters(in: .newlines))
        #expect(pem.value("cache-control") == "public, max-age=3600")
        let set = try await stranger(host.origin + "/.gatehouse/public-keys/jwks.json")
        #expect(set.status == 200 && set.value("content-type") == "application/jwk-set+json")
        #expect(set.body.contains("\"kid\":\"\(id)\"") && !set.body.contains("\"d\""))
        for path in [
            "", "jwks.json/", id.uppercased(), id + ".pem", "../public-keys/x", "00000000-0000-8000-8000-000000000000",
        ] {
            #expect(try await stranger(host.origin + "/.gatehouse/public-keys/" + path).status == 404, "\(path)")
        }
        try await host.stop()
    }

    @Test("without padding the token is a JWT as others read it")
    func unpadded() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {gatehouse.oidc_data.padding.enabled: false}")
        let user = try await host.signedInBrowser()
        _ = try await user(host.origin + "/x")
        let token = try #require(host.backend.requests.last?.value("x-amzn-oidc-data"))
        #expect(!token.contains("=") && token.split(separator: ".").count == 3)
        try await host.stop()
    }

    @Test("expressions of any configuration language stay as they are, in headers and in claims (123)")
    func expressions() async throws {
        let host = try await SigningGateway()
        let text = "${HOME} {env.HOME} %{HOME} $(id) {{7*7}} {http.request.header.Cookie}"
        host.provider.say(claims: #"{"sub":"\#(ProviderStub.subject)","name":"\#(text)"}"#)
        let user = try await host.signedInBrowser()
        _ = try await user(host.origin + "/x?q=$%7BHOME%7D", "--header", "X-Expression: \(text)")
        let request = try #require(host.backend.requests.last)
        #expect(request.value("x-expression") == text && request.target == "/x?q=$%7BHOME%7D")
        let token = try #require(request.value("x-amzn-oidc-data"))
        #expect(try decode(token.split(separator: ".")[1]).contains("\"name\":\"\(text)\""))
        try await host.stop()
    }

    private func decode(_ part: Substring) throws -> String {
        let standard = part.replacing("-", with: "+").replacing("_", with: "/")
        return String(decoding: try #require(Data(base64Encoded: String(standard))), as: UTF8.self)
    }
}
