import Accounts
import HTTPTypes
import Hummingbird
import NIOEmbedded
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

@Suite("The sign-in page under attack")
struct AttemptPageTests {
    private let fixture: PoolFixture

    init() async throws {
        fixture = try await PoolFixture()
    }

    @Test("An attacker at another address locks the name for himself alone")
    func lockedElsewhere() async throws {
        try await fixture.testBrowsers { open in
            let attacker = open("192.0.2.66")
            for _ in 1...6 { _ = try await attacker.signIn("admin", "wrong") }
            #expect(try await attacker.signIn().status == 429)
            #expect(try await open("192.0.2.1").signIn().status == 302)
        }
    }

    @Test("A browser that has been signed in with is not locked by failures of its address")
    func knownBrowser() async throws {
        try await fixture.testBrowsers { open in
            let own = open("192.0.2.1")
            #expect(try await own.signIn().status == 302)
            let cookie = try #require(own[cookie: SessionCookies.knownBrowser])
            #expect(!cookie.contains("admin"))
            own[cookie: SessionCookies.session] = nil
            let neighbour = open("192.0.2.1")
            for _ in 1...5 { _ = try await neighbour.signIn("admin", "wrong") }
            #expect(try await neighbour.signIn().status == 429)
            #expect(try await own.signIn().status == 302)
            // It vouches for one name, for its time, and only as it was made.
            let newcomer = try Username("newcomer")
            let known = fixture.pool.knownBrowser
            let now = fixture.pool.now
            #expect(known.name(in: cookie, for: try Username("ADMIN"), now: now) != nil)
            #expect(known.name(in: cookie, for: newcomer, now: now) == nil)
            #expect(known.name(in: cookie + "x", for: try Username("admin"), now: now) == nil)
            #expect(known.name(in: cookie, for: try Username("admin"), now: now + KnownBrowser.lifetime) == nil)
            // A time beyond all reckoning is refused like any other; the difference to it has no number.
            #expect(known.name(in: "\(Int.min).a.b", for: newcomer, now: now) == nil)
        }
    }

    @Test("An address that fails under many names is told to wait, and the page says so")
    func spraying() async throws {
        try await fixture.testBrowsers { open in
            let attacker = open("2001:db8::1")
            for number in 1...30 { #expect(try await attacker.signIn("name\(number)", "wrong").status == 200) }
            let page = try await open("[2001:db8::2]:4711").signIn()
            #expect(page.status == 429, "the same subscriber")
            #expect(page.headers[.retryAfter] == "4")
            #expect(page.body.contains("Too many failed attempts came from your network."))
            #expect(page.body.contains("value=\"admin\""))
            #expect(try await open("2001:db8:0:1::1").signIn().status == 302)
        }
    }

    @Test(
        "The client's address is the gateway's word for it",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("192.0.2.1:443", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "20010db800000000/64"), ("[2001:db8::1]:443", "20010db800000000/64"),
            ("2001:db8::1:2", "20010db800000000/64"), ("", "unknown"), ("x", "unknown"), ("192.0.2.1.5", "unknown"),
        ])
    func addresses(text: String, network: String) {
        #expect(Request.network(of: text) == network)
    }

    @Test("A pair of tokens that another browser was given is not taken, nor a form another site sends")
    func plantedPair() async throws {
        try await fixture.testBrowsers { open in
            let attacker = open("192.0.2.66")
            let token = try await attacker.get("/login?\(PoolFixture.query)").field("_csrf")
            let victim = open("192.0.2.1")
            let form = try await victim.get("/login?\(PoolFixture.query)")
            let own = form.field("_csrf")
            victim[cookie: SessionCookies.formToken] = token
            let fields = [("username", "admin"), ("password", PoolFixture.password)]
            let path = "/login?\(PoolFixture.query)"
            #expect(try await victim.post(path, fields + [("_csrf", token)]).status == 403)
            victim[cookie: SessionCookies.formToken] = own
            let site = HTTPField.Name("sec-fetch-site")!
            for other in ["cross-site", "same-site"] {
                #expect(
                    try await victim.post(path, fields + [("_csrf", own)], headers: [site: other]).status == 403)
            }
            let answer = try await victim.post(path, fields + [("_csrf", own)], headers: [site: "same-origin"])
            #expect(answer.status == 302)
        }
    }

    @Test("So many requests of one address at once, and no more")
    func requestLimit() async throws {
        let limit = RequestLimit(perAddress: 1)
        let request = Request(
            head: .init(
                method: .get, scheme: "https", authority: "a", path: "/", headerFields: [.xForwardedFor: "::1"]),
            body: .init(buffer: ByteBuffer()))
        let context = PoolContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: .init(label: "test")))
        _ = try await limit.handle(request, context: context) { request, context in
            await #expect(throws: PoolError.self) {
                try await limit.handle(request, context: context) { _, _ in Response(status: .ok) }
            }
            return Response(status: .ok)
        }
        let again = try await limit.handle(request, context: context) { _, _ in Response(status: .ok) }
        #expect(again.status == .ok)
    }
}
