import BedrockTesting
import Foundation
import Testing

@testable import Bedrock

/// The way through a proxy, and around it.
@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
    private let aws = ServiceEndpoint("https://bedrock-runtime.eu-west-2.amazonaws.com")

    private func proxy(_ environment: [String: String], for url: String? = nil) throws -> ProxySettings? {
        let endpoint = try #require(url.map { ServiceEndpoint($0) } ?? aws)
        return try ProxySettings(for: endpoint, environment: environment)
    }

    @Test func theSchemesOwnVariableGoesFirst() throws {
        let all = ["HTTPS_PROXY": "http://s:1", "HTTP_PROXY": "http://p:2", "ALL_PROXY": "http://a:3"]
        #expect(try proxy(all)?.host == "s")
        #expect(try proxy(all, for: "http://x")?.host == "p")
        #expect(try proxy(["ALL_PROXY": "http://a:3"])?.port == 3)
        #expect(try proxy(["https_proxy": "small", "HTTPS_PROXY": "large"])?.host == "small")
        #expect(try proxy(["https_proxy": "proxy.example:3128"])?.port == 3128)
        #expect(try proxy(["HTTPS_PROXY": ""]) == nil)
        #expect(try proxy([:]) == nil)
    }

    @Test(
        "exemptions",
        arguments: [
            ("*", true), ("amazonaws.com", true), (".amazonaws.com", true), ("zonaws.com", false),
            ("example.com, eu-west-2.amazonaws.com", true),
            ("bedrock-runtime.eu-west-2.amazonaws.com", true), ("BEDROCK-runtime.eu-west-2.amazonaws.com", true),
            ("", false), (",", false),
            (".", false),
        ])
    func exemptions(list: String, isExempt: Bool) throws {
        let found = try proxy(["HTTPS_PROXY": "http://p:1", "NO_PROXY": list])
        #expect((found == nil) == isExempt)
    }

    @Test func aPortMayBeNamed() throws {
        #expect(
            try proxy(["HTTP_PROXY": "http://p:1", "no_proxy": "127.0.0.1:8080"], for: "http://127.0.0.1:8080") == nil)
        #expect(try proxy(["HTTP_PROXY": "http://p:1", "no_proxy": "127.0.0.1"], for: "http://127.0.0.1:8080") == nil)
        #expect(
            try proxy(["HTTP_PROXY": "http://p:1", "no_proxy": "127.0.0.1:1"], for: "http://127.0.0.1:8080")?.host
                == "p")
    }

    @Test(
        "a proxy that cannot be used is an error, for the way around it is not what was asked for",
        arguments: [
            "socks5://p:1", "https://p:1", "http://", "::",
        ])
    func unusable(text: String) {
        #expect(throws: ProxySettings.Unusable.self) { try proxy(["HTTPS_PROXY": text]) }
    }

    @Test func requestsGoThroughIt() async throws {
        try await ClientFixture.running(script: { _, _ in .answer(["through"]) }) { direct, responder in
            try await TunnelProxy.running(to: responder.url) { tunnel in
                let endpoint = try #require(ServiceEndpoint("http://bedrock.test:8080"))
                let settings = try ProxySettings(
                    for: endpoint, environment: ["http_proxy": "http://me:secret@127.0.0.1:\(tunnel.port)"])
                let http = HTTPConnections.client(proxy: settings, connect: .seconds(5))
                let outcome = await (try ClientFixture("http://bedrock.test:8080", http: http)).ask()
                try await http.shutdown()
                #expect(outcome.text == "through")
                #expect(responder.calls.map { $0.value("host") } == ["bedrock.test:8080"])
                let head = try #require(tunnel.heads.first)
                #expect(head.hasPrefix("CONNECT bedrock.test:8080 HTTP/1.1\r\n"))
                #expect(head.contains("Basic \(Data("me:secret".utf8).base64EncodedString())\r\n"))
            }
        }
    }

    @Test func aProxyThatRefusesIsNamed() async throws {
        try await TunnelProxy.running(to: nil) { tunnel in
            let endpoint = try #require(ServiceEndpoint("http://bedrock.test:8080"))
            let settings = try ProxySettings(
                for: endpoint, environment: ["http_proxy": "http://127.0.0.1:\(tunnel.port)"])
            let http = HTTPConnections.client(proxy: settings, connect: .seconds(5))
            let outcome = await (try ClientFixture("http://bedrock.test:8080", http: http)).ask()
            try await http.shutdown()
            #expect(outcome.error?.code == .unreachable)
            #expect(outcome.error?.message.contains("proxy") == true)
        }
    }
}
