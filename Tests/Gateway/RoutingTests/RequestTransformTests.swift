import Routing
import Testing

@Suite("Transforms: what a backend gets is canonical, or the request fails")
struct RequestTransformTests {
    static func rule(_ regex: String, _ replace: String, ignoresCase: Bool = false) throws -> RewriteRule {
        let expression = try RegularExpression(regex, ignoresCase: ignoresCase)
        return RewriteRule(
            expression: expression,
            replacement: try ReplacementTemplate(replace, groupCount: expression.groupCount))
    }

    /// The new target, `=` for none, `!` and the failure.
    private func target(_ regex: String, _ replace: String, _ target: String) throws -> String {
        let transforms = RequestTransforms(host: nil, url: try Self.rule(regex, replace))
        do throws(RequestTransforms.Failure) {
            let rewritten = try transforms.apply(host: Array("h".utf8).span, target: Array(target.utf8).span)
            guard let bytes = rewritten.target else { return "=" }
            #expect(bytes.canonicalised == "=", "what is forwarded is canonical")
            #expect(bytes.matchedPath?.count == rewritten.pathLength)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            return "!\(error)"
        }
    }

    private func host(_ regex: String, _ replace: String, _ host: String) throws -> String {
        let transforms = RequestTransforms(host: try Self.rule(regex, replace, ignoresCase: true), url: nil)
        do throws(RequestTransforms.Failure) {
            let rewritten = try transforms.apply(host: Array(host.utf8).span, target: Array("/".utf8).span)
            return rewritten.host.map { String(decoding: $0, as: UTF8.self) } ?? "="
        } catch {
            return "!\(error)"
        }
    }

    @Test(
        "the address",
        arguments: [
            ("^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1", "/dp/B42", "/product.php?id=B42"),
            ("^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1", "/dp/B42/x", "="),
            ("^/old/", "/new/", "/old/a?b=c", "/new/a?b=c"), ("^/api/", "/", "/api/v1", "/v1"),
            ("/a", "/b", "/a/a", "/b/a"),
            ("\\?.*", "", "/a?b=c", "/a"), ("$", "?x=1", "/a", "/a?x=1"), ("^/(.*)$", "/x/${1}2$$", "/a", "/x/a2$"),
            ("^/(a)|b", "/$1$0", "/a", "/a/a"), ("(a)(x)?", "$2", "/aa", "/a"), ("^(/.*)$", "$1", "/a", "/a"),
            // Put into the canonical form.
            ("^/old(.*)", "/new/$1", "/old/x", "/new/x"), ("^/a(.*)", "/b/.$1", "/a/x", "/b/x"),
            ("^/a", "/b|", "/a", "/b%7C"),
            ("^/a", "/%61", "/a", "/a"),
            // Refused: nothing of it reaches a backend.
            ("^/a", "b", "/a", "!invalidPath"), ("^/a/", "", "/a/x", "!invalidPath"),
            ("^/a", "http://evil.test/", "/a", "!invalidPath"),
            ("^/a", "/%2f", "/a", "!invalidPath"), ("^/a", "/\\", "/a", "!invalidPath"),
            ("^/a", "/#", "/a", "!invalidPath"),
            ("^/a", "/x/../..", "/a", "!invalidPath"), ("^/a/(.)(.)(.*)", "/x//$1$2$3", "/a/../b", "!invalidPath"),
            ("^/(..)", "/%$1", "/2fx", "!invalidPath"), ("^/(..)", "/%$1", "/zzx", "!invalidPath"),
            ("(.*)", "$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1", "/" + String(repeating: "a", count: 1000), "!tooLong"),
        ])
    func address(regex: String, replace: String, from: String, to: String) throws {
        #expect(try target(regex, replace, from) == to)
    }

    @Test(
        "the host",
        arguments: [
            (
                "^mywebsite-(.+).com$", "internal.dev.$1.myweb.com", "mywebsite-example.com",
                "internal.dev.example.myweb.com"
            ),
            ("^A\\.test$", "B.Test", "a.test", "b.test"), ("^x", "y", "a.test", "="),
            ("^a", "b:80", "a", "!invalidHost"),
            ("^a", "b/c", "a", "!invalidHost"), ("^a", "", "a", "!invalidHost"), ("^a", "b@c", "a", "!invalidHost"),
            ("a", ".", "xa.test", "!invalidHost"), ("^.*$", "b.", "a", "b"),
            ("(.*)", "$1$1$1", String(repeating: "a", count: 100), "!invalidHost"),
        ])
    func name(regex: String, replace: String, from: String, to: String) throws {
        #expect(try host(regex, replace, from) == to)
    }

    @Test(
        "a replacement names only groups that exist",
        arguments: [
            ("$1", 0, .unknownGroup), ("$2", 1, .unknownGroup), ("${2}", 1, .unknownGroup), ("$", 1, .badReplacement),
            ("a$b", 1, .badReplacement), ("${x}", 1, .badReplacement), ("${1", 1, .badReplacement),
            ("a b", 0, .notASCII),
            ("é", 0, .notASCII), (String(repeating: "a", count: 1025), 0, .replacementTooLong),
        ] as [(String, Int, RegularExpressionError.Code)])
    func replacements(text: String, groups: Int, code: RegularExpressionError.Code) {
        let error = #expect(throws: RegularExpressionError.self) { try ReplacementTemplate(text, groupCount: groups) }
        #expect(error?.code == code)
    }

    @Test("$12 is group 12 where there is one, else group 1 and a 2")
    func twoDigits() throws {
        let twelve = String(repeating: "(a)", count: 11) + "(b)"
        #expect(try target("^/\(twelve)$", "/$12", "/aaaaaaaaaaab") == "/b")
        #expect(try target("^/(a)$", "/$12", "/a") == "/a2")
    }
}

@Suite("A rewritten address is authorised under its new name: peers' attack 8")
struct RewriteGuardTests {
    /// Rule 0: /pub/* open, rewritten to /*. Rule 1: /open/* open. Rule 2: /deny/* with a sign-in to another group. Rule 3: /allow*.
    /// Rule 4: sign-in and a fixed response. Rule 5: a host of its own with a sign-in. Default: open.
    private func table(defaultSignsIn: Bool = false, ruleSignsIn: Bool = false) throws -> RuleTable {
        func signIn(_ reaction: RuleAuthentication.Unauthenticated) -> RuleAuthentication {
            RuleAuthentication(provider: 0, onUnauthenticatedRequest: reaction)
        }
        func rule(
            _ priority: Int, _ condition: RuleCondition, _ authentication: RuleAuthentication?, _ action: RuleAction,
            _ transforms: RequestTransforms? = nil
        ) -> ListenerRule {
            ListenerRule(
                priority: priority, conditions: [condition], authentication: authentication, action: action,
                transforms: transforms)
        }
        func path(_ text: String) throws -> RuleCondition { .pathPattern(try .wildcards([text], .path)) }
        return RuleTable(
            rules: [
                rule(
                    1, try path("/pub/*"), ruleSignsIn ? signIn(.authenticate) : nil, .forward(targetGroup: 0),
                    RequestTransforms(
                        host: try RequestTransformTests.rule("^inner\\.test$", "secret.test"),
                        url: try RequestTransformTests.rule("^/pub/", "/"))),
                rule(2, try path("/open/*"), nil, .forward(targetGroup: 0)),
                rule(3, try path("/elsewhere/*"), signIn(.deny), .forward(targetGroup: 1)),
                rule(4, try path("/allow/*"), signIn(.allow), .forward(targetGroup: 0)),
                rule(
                    5, try path("/fixed/*"), signIn(.authenticate),
                    .fixedResponse(FixedResponse(status: 200, contentType: "text/plain", body: []))),
                rule(
                    6, .hostHeader(try .wildcards(["secret.test"], .caseInsensitive)), signIn(.deny),
                    .forward(
                        ForwardAction(groups: [.init(targetGroup: 1, weight: 1), .init(targetGroup: 0, weight: 1)]))),
                rule(7, try path("/admin*"), signIn(.authenticate), .forward(targetGroup: 0)),
            ],
            defaultRule: ListenerRule(
                priority: nil, conditions: [], authentication: defaultSignsIn ? signIn(.authenticate) : nil,
                action: .forward(targetGroup: 0)))
    }

    private func guardian(_ table: RuleTable, host: String = "a.test", _ target: String) throws -> Int? {
        let guards = RewriteGuards(table) { $0 == $1 }
        let bytes = Array(target.utf8)
        let host = Array(host.utf8)
        let path = try #require(bytes.matchedPath)
        let request = try SampleRequest()
        let rule = table.match(request, host: host, path: path)
        let transforms = try #require(table.rules[rule].transforms)
        let rewritten = try transforms.apply(host: host.span, target: bytes.span)
        return guards.guardian(
            of: rule, in: table, rewritten: rewritten, request.head, request.bytes.span, host: host.span,
            path: path.span, query: bytes.span.extracting(min(path.count + 1, bytes.count)..<bytes.count),
            peer: request.peer)
    }

    @Test(
        "whose sign-in counts",
        arguments: [
            ("a.test", "/pub/x", nil), ("a.test", "/pub/admin", 6), ("a.test", "/pub/admin?x=1", 6),
            ("a.test", "/pub/open/x", nil),
            ("a.test", "/pub/elsewhere/x", nil), ("a.test", "/pub/allow/x", nil), ("a.test", "/pub/fixed/x", 4),
            ("inner.test", "/pub/x", 5), ("inner.test", "/pub/admin", 6), ("inner.test", "/pub/open/x", nil),
        ])
    func guardians(host: String, target: String, rule: Int?) throws {
        #expect(try guardian(table(), host: host, target) == rule)
    }

    @Test("a default rule with a sign-in guards what no other rule opens")
    func defaultRule() throws {
        #expect(try guardian(table(defaultSignsIn: true), "/pub/x") == 7)
        #expect(try guardian(table(defaultSignsIn: true), "/pub/open/x") == nil)
    }

    @Test("a rule that asks for a sign-in itself needs no other")
    func ownSignIn() throws {
        #expect(try guardian(table(ruleSignsIn: true), "/pub/admin") == nil)
    }
}
