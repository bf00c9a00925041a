import Foundation
import Proxy
import Testing

@Suite("Forwarding headers, row by row of the load balancer's documentation")
struct ForwardingFieldsTests {
    private func fields(
        _ policy: ForwardingPolicy = ForwardingPolicy(), peer: String = "192.0.2.7",
        tls: (version: String, cipher: String)? = nil
    ) -> ForwardingFields {
        ForwardingFields(policy: policy, peer: peer, peerPort: 4711, listenerPort: 8443, tls: tls)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("the client: its address, and its port where that is asked for; IPv6 has brackets only before a port")
    func peer() {
        #expect(text(fields().peer) == "192.0.2.7")
        #expect(text(fields(peer: "2001:db8::1").peer) == "2001:db8::1")
        let port = ForwardingPolicy(clientPort: true)
        #expect(text(fields(port).peer) == "192.0.2.7:4711")
        #expect(text(fields(port, peer: "2001:db8::1").peer) == "[2001:db8::1]:4711")
    }

    @Test("scheme and port are the connection's; TLS is told by key, and only where there is any")
    func lines() {
        let suite = ("TLSv1.3", "TLS_AES_128_GCM_SHA256")
        #expect(text(fields().lines) == "X-Forwarded-Proto: http\r\nX-Forwarded-Port: 8443\r\n")
        #expect(text(fields(tls: suite).lines) == "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 8443\r\n")
        let told = ForwardingPolicy(tls: true)
        #expect(!text(fields(told).lines).contains("Tls"))
        #expect(
            text(fields(told, tls: suite).lines).hasSuffix(
                "X-Amzn-Tls-Version: TLSv1.3\r\nX-Amzn-Tls-Cipher-Suite: TLS_AES_128_GCM_SHA256\r\n"))
    }

    @Test("Forwarded is off, and quotes what RFC 7239 wants quoted")
    func forwarded() throws {
        #expect(fields().forwardedStart.isEmpty)
        let on = ForwardingPolicy(forwarded: true)
        #expect(text(fields(on).forwardedStart) == "Forwarded: for=192.0.2.7;proto=http;host=\"")
        #expect(text(fields(on, peer: "::1").forwardedStart) == "Forwarded: for=\"[::1]\";proto=http;host=\"")
        let both = ForwardingPolicy(clientPort: true, forwarded: true)
        #expect(text(fields(both).forwardedStart) == "Forwarded: for=\"192.0.2.7:4711\";proto=http;host=\"")
        let head = try rewritten(
            "GET / HTTP/1.1\r\nHost: a:81\r\nForwarded: for=evil\r\n\r\n",
            forwardedStart: text(fields(on).forwardedStart))
        #expect(head.contains("\r\nForwarded: for=192.0.2.7;proto=http;host=\"a:81\"\r\n") && !head.contains("evil"))
    }

    @Test(
        "X-Forwarded-For: append, preserve, remove",
        arguments: [
            (ForwardedForMode.append, "", ["c"]), (.append, "X-Forwarded-For: a, b\r\n", ["a, b, c"]),
            (.append, "X-Forwarded-For: a\r\nx-forwarded-for: b\r\n", ["a, b, c"]),
            (.preserve, "", []), (.preserve, "X-Forwarded-For: a, b\r\n", ["a, b"]),
            (.preserve, "X-Forwarded-For: a\r\nX-Forwarded-For: b\r\n", ["a", "b"]),
            (.remove, "", []), (.remove, "X-Forwarded-For: a\r\n", []),
            (.preserve, "X_Forwarded_For: a\r\n", []), (.remove, "X_Forwarded_For: a\r\n", []),
        ])
    func modes(_ mode: ForwardedForMode, _ sent: String, _ expected: [String]) throws {
        let head = try rewritten("GET / HTTP/1.1\r\nHost: h\r\n\(sent)\r\n", peer: "c", forwardedFor: mode)
        let values = head.components(separatedBy: "\r\n").filter { $0.lowercased().hasPrefix("x") }
        #expect(values == expected.map { "X-Forwarded-For: \($0)" })
    }
}
