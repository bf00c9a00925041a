import Routing
import Testing

@Suite("Redirects: placeholders, the loop guard, the length limit")
struct RedirectActionTests {
    private func redirect(
        scheme: String = "#{protocol}", host: String = "#{host}", port: String = "#{port}", path: String = "/#{path}",
        query: String = "#{query}"
    ) throws -> RedirectAction {
        RedirectAction(
            status: 301, scheme: try #require(RedirectTemplate(scheme)), host: try #require(RedirectTemplate(host)),
            port: try #require(RedirectTemplate(port)), path: try #require(RedirectTemplate(path)),
            query: try #require(RedirectTemplate(query)))
    }

    private let request = RedirectAction.Request(
        scheme: "http", host: "example.com", port: 8080, path: "/deep/link", query: "x=1&y=%20")

    @Test("the redirect to TLS keeps host, path and query and maps the port")
    func toTLS() throws {
        #expect(
            try redirect(scheme: "HTTPS", port: "8443").outcome(for: request)
                == .location("https://example.com:8443/deep/link?x=1&y=%20"))
        #expect(
            try redirect(scheme: "HTTPS", port: "443").outcome(for: request)
                == .location("https://example.com/deep/link?x=1&y=%20"))
    }

    @Test("every placeholder works in every part that may hold it")
    func placeholders() throws {
        let action = try redirect(
            host: "www.#{host}", path: "/#{host}/#{port}/#{path}/end",
            query: "p=#{protocol}&h=#{host}&o=#{port}&a=#{path}&#{query}")
        #expect(
            action.outcome(for: request)
                == .location(
                    "http://www.example.com:8080/example.com/8080/deep/link/end?p=http&h=example.com&o=8080&a=deep/link&x=1&y=%20"
                ))
    }

    @Test("without a query no question mark is left")
    func noQuery() throws {
        let bare = RedirectAction.Request(scheme: "http", host: "[::1]", port: 80, path: "/", query: nil)
        #expect(try redirect(scheme: "HTTPS", port: "443").outcome(for: bare) == .location("https://[::1]/"))
        #expect(
            try redirect(host: "other", query: "").outcome(for: request) == .location("http://other:8080/deep/link"))
        let empty = RedirectAction.Request(scheme: "http", host: "a", port: 80, path: "/", query: "")
        #expect(try redirect(host: "b").outcome(for: empty) == .location("http://b/"))
    }

    @Test("a redirect to where the request came from is recognised")
    func loops() throws {
        #expect(try redirect().outcome(for: request) == .loops)
        #expect(try redirect().keepsEverything)
        #expect(try redirect(query: "z").keepsEverything, "the load balancer asks for more than another query")
        #expect(try !redirect(path: "/x").keepsEverything)
        #expect(try redirect(host: "EXAMPLE.com").outcome(for: request) == .loops)
        #expect(try redirect(scheme: "HTTP", port: "8080").outcome(for: request) == .loops)
        #expect(try redirect(query: "z").outcome(for: request) == .location("http://example.com:8080/deep/link?z"))
    }

    @Test("a location of more than 8 K is refused")
    func length() throws {
        let fixed = "https://example.com/".utf8.count
        for (extra, isTooLong) in [(0, false), (1, true)] {
            let path = "/" + String(repeating: "a", count: RedirectAction.locationLimit - fixed + extra)
            let long = RedirectAction.Request(scheme: "http", host: "example.com", port: 80, path: path, query: nil)
            let outcome = try redirect(scheme: "HTTPS", port: "443").outcome(for: long)
            #expect((outcome == .tooLong) == isTooLong)
        }
    }

    @Test("the path of a canonical request cannot lead to another host: peers' attack 42")
    func otherHost() throws {
        for target in [
            "//evil.com/x", "///evil.com", "/a/..//evil.com", "/\\evil.com", "/%2fevil.com", "//evil.com/%2e%2e",
            "/@evil.com",
        ] {
            guard let path = Array(target.utf8).matchedPath else { continue }
            let hostile = RedirectAction.Request(
                scheme: "http", host: "good.test", port: 80, path: String(decoding: path, as: UTF8.self), query: nil)
            guard case .location(let location) = try redirect(scheme: "HTTPS", port: "443").outcome(for: hostile) else {
                Issue.record("\(target) gave no location")
                continue
            }
            #expect(location.hasPrefix("https://good.test/"))
            #expect(!location.hasPrefix("https://good.test//"))
        }
    }

    @Test(
        "templates: what is one and what is not",
        arguments: ["#", "#{", "#{host", "#{Host}", "#{x}", "a#b", "##{host}", "#{}"])
    func malformed(_ text: String) {
        #expect(RedirectTemplate(text) == nil)
    }

    @Test("templates know their placeholders and literals")
    func templates() throws {
        #expect(RedirectTemplate("")?.literal == "")
        #expect(RedirectTemplate("443")?.literal == "443")
        #expect(RedirectTemplate("#{port}")?.literal == nil)
        #expect(RedirectTemplate("a#{host}b#{path}")?.placeholders == [.host, .path])
        #expect(RedirectTemplate("#{port}") == .placeholder(.port))
        #expect(RedirectTemplate("{host}$%{")?.literal == "{host}$%{")
    }
}
