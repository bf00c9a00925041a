import Routing
import Testing

@Suite("Conditions of every kind")
struct RuleConditionTests {
    private func holds(
        _ condition: RuleCondition, _ request: SampleRequest, host: String = "localhost", path: String = "/",
        query: String = ""
    ) -> Bool {
        let table = RuleTable(
            rules: [
                ListenerRule(
                    priority: 1, conditions: [condition], authentication: nil, action: .forward(targetGroup: 0))
            ],
            defaultRule: ListenerRule(
                priority: nil, conditions: [], authentication: nil, action: .forward(targetGroup: 1)))
        return table.match(request, host: Array(host.utf8), path: Array(path.utf8), query: query) == 0
    }

    // MARK: http-header

    @Test(
        "a header's name and value match in any case, its value with wildcards",
        arguments: [
            ("x-version", "beta", true), ("X-Version", "BETA-2", true), ("X-VERSION", "", false),
            ("X-Version", "alpha", false), ("X-Version2", "beta", false), ("X_Version", "beta", false),
        ])
    func header(name: String, value: String, result: Bool) throws {
        let condition = RuleCondition.httpHeader(
            name: try HeaderFieldName("X-Version"), try .wildcards(["beta*"], .caseInsensitive))
        #expect(holds(condition, try SampleRequest(fields: [(name, value)])) == result)
    }

    @Test("of several lines of one name any may match; without one the condition does not hold")
    func headerLines() throws {
        let condition = RuleCondition.httpHeader(
            name: try HeaderFieldName("Via"), try .wildcards(["a", "c"], .caseInsensitive))
        #expect(holds(condition, try SampleRequest(fields: [("Via", "b"), ("via", "C")])))
        #expect(!holds(condition, try SampleRequest(fields: [("Via", "b"), ("Accept", "a")])))
        #expect(!holds(condition, try SampleRequest()))
        // A list in one line is one value.
        #expect(!holds(condition, try SampleRequest(fields: [("Via", "a, c")])))
    }

    @Test("a header's value is matched by regular expressions anywhere in it")
    func headerExpression() throws {
        let condition = RuleCondition.httpHeader(
            name: try HeaderFieldName("User-Agent"), try .expressions(["bot/\\d+"], ignoresCase: true))
        #expect(holds(condition, try SampleRequest(fields: [("User-Agent", "Some Bot/7 (x)")])))
        #expect(!holds(condition, try SampleRequest(fields: [("User-Agent", "Some Bot/x")])))
    }

    @Test(
        "names no rule may ask for",
        arguments: [
            ("", .malformed), ("a b", .malformed), ("X-*", .malformed), ("a:", .malformed), ("é", .malformed),
            (String(repeating: "a", count: 41), .malformed), ("Host", .host), ("hOST", .host),
            ("x-amzn-oidc-identity", .statedByGateway), ("X_Amzn_Oidc_Data", .statedByGateway),
            ("X-Forwarded-Proto", .statedByGateway), ("x_forwarded_host", .statedByGateway),
            ("Forwarded", .statedByGateway), ("X-Real-IP", .statedByGateway), ("Proxy", .statedByGateway),
        ] as [(String, HeaderFieldName.Refusal)])
    func headerNames(name: String, refusal: HeaderFieldName.Refusal) {
        #expect(throws: refusal) { try HeaderFieldName(name) }
    }

    // MARK: http-request-method

    @Test(
        "a method is compared exactly",
        arguments: [("GET", true), ("PURGE-X", true), ("get", false), ("GETX", false), ("POST", false)])
    func method(sent: String, result: Bool) throws {
        let condition = RuleCondition.httpRequestMethod([
            try #require(RequestMethod("GET")), try #require(RequestMethod("PURGE-X")),
        ])
        #expect(holds(condition, try SampleRequest(sent)) == result)
    }

    @Test(
        "methods the load balancer refuses", arguments: ["", "get", "G1", "A B", String(repeating: "A", count: 41)])
    func badMethods(_ text: String) { #expect(RequestMethod(text) == nil) }

    // MARK: query-string

    @Test(
        "key and value",
        arguments: [
            ("version=v1", true), ("Version=V1", true), ("a=b&version=v1", true), ("version=v1&a=b", true),
            ("version=v1x", true), ("version=v", false), ("version", false), ("xversion=v1", false), ("v1", false),
            ("version=v2&version=v1", true), ("version=x=v1", false), ("", false), ("&&version=v1", true),
            ("%76ersion=%761", true), ("version=v1%26x=y", true), ("a=b%26version=v1", false), ("version%3dv1", false),
        ])
    func query(query: String, result: Bool) throws {
        let key = try #require(WildcardPattern("version", comparison: .query))
        let condition = RuleCondition.queryString([
            QueryPattern(
                key: key,
                value: try #require(WildcardPattern("v1*", comparison: .query)))
        ])
        #expect(holds(condition, try SampleRequest(), query: query) == result)
    }

    @Test(
        "a value under any key, with escapes",
        arguments: [
            ("a*b", "k=a*b", true), ("a*b", "k=axb", true), ("a\\*b", "k=axb", false), ("a\\*b", "k=a*b", true),
            ("a\\*b", "k=a%2ab", true), ("a\\?b", "k=a?b", true), ("a\\?b", "k=axb", false), ("a\\\\b", "k=a\\b", true),
            ("a+b", "k=a+b", true), ("a?b", "k=a%20b", true), ("a?b", "k=a%zzb", false), ("*", "k", true),
            ("*", "", false),
            ("*", "&", false), ("?", "k=", false), ("=x", "k==x", true),
        ])
    func value(pattern: String, query: String, result: Bool) throws {
        let condition = RuleCondition.queryString([
            QueryPattern(key: nil, value: try #require(WildcardPattern(pattern, comparison: .query)))
        ])
        #expect(holds(condition, try SampleRequest(), query: query) == result)
    }

    @Test("escaped wildcards do not count as wildcards")
    func wildcardCount() throws {
        #expect(try #require(WildcardPattern("a\\*b*\\?", comparison: .query)).wildcardCount == 1)
        #expect(try #require(WildcardPattern("a\\*b?", comparison: .caseInsensitive)).wildcardCount == 2)
    }

    // MARK: path-pattern and host-header with regular expressions

    @Test("a path's expression sees what a backend sees that decodes once; letter case counts")
    func pathExpression() throws {
        let condition = RuleCondition.pathPattern(try .expressions(["^/a b/[0-9]+$"]))
        #expect(holds(condition, try SampleRequest(), path: "/a%20b/12"))
        #expect(!holds(condition, try SampleRequest(), path: "/A%20b/12"))
        #expect(holds(condition, try SampleRequest(), path: "/a%20b/12", query: "x"))
        #expect(!holds(condition, try SampleRequest(), path: "/a%20b/x"))
    }

    @Test("a host's expression ignores letter case; values and expressions are alternatives")
    func hostExpression() throws {
        let condition = RuleCondition.hostHeader(
            TextPatterns(
                wildcards: [try #require(WildcardPattern("a.test", comparison: .caseInsensitive))],
                expressions: [try RegularExpression("^API-\\d+\\.test$", ignoresCase: true)]))
        #expect(holds(condition, try SampleRequest(), host: "api-7.test"))
        #expect(holds(condition, try SampleRequest(), host: "a.test"))
        #expect(!holds(condition, try SampleRequest(), host: "api-x.test"))
    }

    // MARK: source-ip

    @Test(
        "a block holds its addresses and no others",
        arguments: [
            ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.7/32", "192.0.2.7", true), ("192.0.2.7/32", "192.0.2.6", false), ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true), ("::/0", "8.8.8.8", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
            ("2001:db8::1/128", "2001:db8:0:0:0:0:0:1", true), ("::1/128", "::1", true), ("::1/128", "::2", false),
            ("10.1.2.3/8", "10.9.9.9", true), ("192.0.2.0/24", "::ffff:192.0.2.9", true),
            ("::ffff:192.0.2.0/120", "192.0.2.9", true), ("::ffff:192.0.2.0/120", "192.0.3.9", false),
            ("1:2:3:4:5:6:7::/112", "1:2:3:4:5:6:7:8", true), ("fe80::/10", "febf::1", true),
            ("fe80::/10", "fec0::1", false),
            ("127.0.0.0/9", "127.127.0.1", true), ("127.0.0.0/9", "127.128.0.1", false),
        ])
    func sourceIP(block: String, peer: String, result: Bool) throws {
        let condition = RuleCondition.sourceIP([try #require(AddressRange(block))])
        #expect(holds(condition, try SampleRequest(peer: peer)) == result)
    }

    @Test(
        "what is no block",
        arguments: [
            "", "192.0.2.1", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/024", "192.0.2/24", "::/129",
            "::ffff:192.0.2.0/24", "a/8", "192.0.2.0/2 4", "192.0.2.0/8/8", "[::1]/128", "fe80::1%eth0/64",
        ])
    func badBlocks(_ text: String) { #expect(AddressRange(text) == nil) }

    @Test("what is said in X-Forwarded-For is no address; a peer without an address meets no block")
    func peerOnly() throws {
        let condition = RuleCondition.sourceIP([try #require(AddressRange("10.0.0.0/8"))])
        #expect(!holds(condition, try SampleRequest(fields: [("X-Forwarded-For", "10.0.0.1")])))
        #expect(!holds(condition, try SampleRequest(peer: "unix:")))
    }

    @Test("conditions of different kinds must hold together, two of one kind, too")
    func together() throws {
        let rule = ListenerRule(
            priority: 1,
            conditions: [
                .httpRequestMethod([try #require(RequestMethod("POST"))]),
                .httpHeader(name: try HeaderFieldName("A"), try .wildcards(["1"], .caseInsensitive)),
                .httpHeader(name: try HeaderFieldName("A"), try .wildcards(["2"], .caseInsensitive)),
            ], authentication: nil, action: .forward(targetGroup: 0))
        let table = RuleTable(
            rules: [rule],
            defaultRule: ListenerRule(
                priority: nil, conditions: [], authentication: nil, action: .forward(targetGroup: 1)))
        func match(_ method: String, _ values: [String]) throws -> Int {
            table.match(try SampleRequest(method, fields: values.map { ("A", $0) }), path: Array("/".utf8))
        }
        #expect(try match("POST", ["1", "2"]) == 0)
        #expect(try match("POST", ["1"]) == 1)
        #expect(try match("GET", ["1", "2"]) == 1)
    }
}
