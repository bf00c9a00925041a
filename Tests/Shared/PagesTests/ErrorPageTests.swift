import Testing

@testable import Pages

@Suite("Error pages say what happened, and never let text become markup")
struct ErrorPageTests {
    private let hostile = ErrorPage(
        status: 502, title: "<script>alert(1)</script>", message: "a \"quoted\" & 'odd' <b>", hint: "line\nbreak\u{1}",
        requestID: "\"><img src=x>", action: .init(label: "<Go>", href: "/x?a=1&b=\""))

    @Test("HTML escapes every text")
    func html() {
        let html = hostile.html(assets: SharedAssets.catalog(prefix: "/assets/"))
        #expect(!html.contains("<script"))
        #expect(!html.contains("<img"))
        #expect(!html.contains("<b>"))
        #expect(html.contains("href=\"/x?a=1&amp;b=&quot;\""))
        #expect(html.contains("<dd>502</dd>"))
        #expect(html.contains("/assets/base-"))
    }

    @Test("The problem document is valid JSON text")
    func json() {
        #expect(
            hostile.json() == #"""
                {"type":"about:blank","title":"<script>alert(1)</script>","status":502,\#
                "detail":"a \"quoted\" & 'odd' <b>","hint":"line\nbreak\u0001","requestId":"\"><img src=x>"}
                """#)
    }

    @Test("Empty hint and request id leave no empty elements")
    func sparse() {
        let page = ErrorPage(status: 404, title: "Nothing here", message: "There is no such page.")
        #expect(
            page.json()
                == #"{"type":"about:blank","title":"Nothing here","status":404,"detail":"There is no such page."}"#)
        #expect(!page.html(assets: SharedAssets.catalog(prefix: "/")).contains("class=\"muted\""))
    }

    @Test("Programs are told when to try again, as a number")
    func retryAfter() {
        var page = ErrorPage(status: 429, title: "T", message: "M", requestID: "r", extensions: [.init("reason", "x")])
        page.retryAfter = 7
        #expect(
            page.json().hasSuffix(#""detail":"M","requestId":"r","retry_after":7,"reason":"x"}"#), "\(page.json())")
    }

    @Test(
        "JSON is for those who ask for it and for nothing else",
        arguments: [
            (nil, false), ("*/*", false), ("text/html,application/xhtml+xml", false), ("application/json", true),
            ("application/problem+json, */*", true), ("text/html, application/json;q=0.9", false),
            ("Application/JSON", true),
        ] as [(String?, Bool)])
    func negotiation(accept: String?, expected: Bool) {
        #expect(ErrorPage.prefersJSON(accept: accept) == expected)
    }

    @Test("A form's final target joins the policy, and nothing else changes")
    func formTargets() throws {
        let policy = SecurityHeaders.contentSecurityPolicy(formTargets: ["https://localhost:8443"])
        #expect(policy.contains("form-action 'self' https://localhost:8443;"))
        #expect(policy.contains("default-src 'none'"))
        #expect(!policy.contains("unsafe"))
    }
}
