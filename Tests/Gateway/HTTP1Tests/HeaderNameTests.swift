import HTTP1
import TestSupport
import Testing
import Wire

@Suite("Field names are known in every spelling (attacks 21, 22, 26)")
struct HeaderNameTests {
    /// A name, what it is, and what it is where a hyphen is written as an underscore.
    static let names: [(name: String, known: HeaderName, folded: HeaderName)] = [
        ("accept", .accept, .accept), ("authorization", .authorization, .authorization),
        ("connection", .connection, .connection),
        ("content-length", .contentLength, .suspiciousFraming), ("cookie", .cookie, .cookie),
        ("expect", .expect, .expect), ("host", .host, .host), ("keep-alive", .keepAlive, .other),
        ("origin", .origin, .origin), ("proxy-connection", .proxyConnection, .other),
        ("x-requested-with", .requestedWith, .other), ("sec-fetch-mode", .secFetchMode, .other),
        ("sec-fetch-site", .secFetchSite, .other), ("te", .te, .te), ("trailer", .trailer, .trailer),
        ("transfer-encoding", .transferEncoding, .suspiciousFraming), ("upgrade", .upgrade, .upgrade),
        ("x-forwarded-for", .xForwardedFor, .forwardingClaim), ("forwarded", .forwardingClaim, .forwardingClaim),
        ("x-forwarded-host", .forwardingClaim, .forwardingClaim),
        ("x-forwarded-proto", .forwardingClaim, .forwardingClaim),
        ("x-forwarded-port", .forwardingClaim, .forwardingClaim),
        ("x-forwarded-prefix", .forwardingClaim, .forwardingClaim),
        ("x-forwarded-", .forwardingClaim, .forwardingClaim),
        ("x-forwarded-for-2", .forwardingClaim, .forwardingClaim), ("x-real-ip", .forwardingClaim, .forwardingClaim),
        ("true-client-ip", .forwardingClaim, .forwardingClaim), ("x-amzn-oidc-data", .identityClaim, .identityClaim),
        ("x-amzn-oidc-identity", .identityClaim, .identityClaim),
        ("x-amzn-oidc-accesstoken", .identityClaim, .identityClaim),
        ("x-amzn-oidc-", .identityClaim, .identityClaim),
        ("x-amzn-oidc-of-tomorrow", .identityClaim, .identityClaim), ("proxy", .proxy, .proxy),
        ("x-amzn-trace-id", .traceID, .forwardingClaim), ("x-amzn-tls-version", .forwardingClaim, .forwardingClaim),
        ("x-amzn-tls-cipher-suite", .forwardingClaim, .forwardingClaim),
        ("x-amzn-mtls-clientcert", .forwardingClaim, .forwardingClaim),
    ]

    private func known(_ name: String) -> HeaderName {
        // Neighbours that would lengthen the name if the range were not kept to.
        let bytes = Array("x-\(name)-x".utf8)
        return HeaderName(bytes.span, ByteRange(2, 2 + name.utf8.count))
    }

    @Test("in all hyphen and underscore spellings, in many cases", arguments: names)
    func spellings(name: String, known expected: HeaderName, folded: HeaderName) {
        var random = SplitMix64(seed: 21)
        let hyphens = name.indices.filter { name[$0] == "-" }
        for mask in 0..<(1 << hyphens.count) {
            var spelled = Array(name)
            for (bit, hyphen) in hyphens.enumerated() where mask >> bit & 1 == 1 {
                spelled[name.distance(from: name.startIndex, to: hyphen)] = "_"
            }
            let wanted = mask == 0 ? expected : folded
            #expect(known(String(spelled)) == wanted)
            #expect(known(String(spelled).uppercased()) == wanted)
            for index in spelled.indices {
                var flipped = spelled
                flipped[index] = Character(flipped[index].uppercased())
                #expect(known(String(flipped)) == wanted)
            }
            for _ in 0..<20 {
                let mixed = spelled.map { random.next() & 1 == 0 ? String($0) : $0.uppercased() }
                #expect(known(mixed.joined()) == wanted)
            }
        }
    }

    @Test("near misses are other fields")
    func nearMisses() {
        for (name, expected, _) in Self.names {
            let isFamily =
                name.hasPrefix("x-forwarded-") || name.hasPrefix("x-amzn-oidc-")
                || name.hasPrefix("x-amzn-tls-") || name.hasPrefix("x-amzn-mtls-")
            var misses = ["x" + name, "-" + name, String(name.dropFirst())]
            if !isFamily { misses += [name + "s", name + "-", name + "_", String(name.dropLast())] }
            for miss in misses where !miss.isEmpty {
                #expect(known(miss) == .other, "\(miss) is not \(expected)")
            }
        }
        for name in [
            "x-amzn-oidc", "x-forwarded", "x-amzn-tls", "x-amzn-trace-id-2", "x-amzn-requestid", "x",
            "proxy-authorization",
            "content-type", "content-lengt\u{e9}", "hos\u{14}",
        ] {
            #expect(known(name) == .other)
        }
    }

    @Test("what is hop-by-hop is never forwarded, and nothing else is hop-by-hop")
    func hopByHop() {
        let hopByHop: Set<HeaderName> = [
            .connection, .http2Settings, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade,
        ]
        for raw in UInt8.min...UInt8.max {
            guard let name = HeaderName(rawValue: raw) else { continue }
            #expect(name.isHopByHop == hopByHop.contains(name))
        }
    }
}
