import Foundation
import Logging
import Synchronization
import Testing
import Tokens

@testable import UserPoolServer
@testable import UserPoolStore

@Suite("The pool tells the application whose sessions are over")
struct LogoutNotifierTests {
    let fixture: PoolFixture

    init() async throws {
        fixture = try await PoolFixture()
    }

    /// Takes tokens, or not.
    private final class Application: Sendable {
        let tokens = Mutex<[String]>([])
        let problem = Mutex<String?>(nil)
    }

    private func notifier(_ application: Application) -> LogoutNotifier {
        LogoutNotifier(
            store: fixture.pool.store, tokens: fixture.pool.tokens,
            send: { token in
                application.tokens.withLock { $0.append(token) }
                return application.problem.withLock { $0 }
            }, clock: fixture.pool.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func part(_ index: Int, of token: String) throws -> [String: Any] {
        var text = token.split(separator: ".")[index].replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        let data = try #require(Data(base64Encoded: String(text)))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("a sign-out at the pool becomes a logout token for the session that the ID token names")
    func signOut() async throws {
        let application = Application()
        let notifier = notifier(application)
        try await fixture.test { browser in
            let idToken = try #require(try await browser.redeem(try await browser.code()).member("id_token"))
            let signedIn = try part(1, of: idToken)
            let session = try #require(signedIn["sid"] as? String)
            #expect(session != browser[cookie: SessionCookies.session])
            // A second code of the same browser comes from the same session.
            let again = try #require(try await browser.redeem(try await browser.code()).member("id_token"))
            #expect(try part(1, of: again)["sid"] as? String == session)
            #expect(try await notifier.sendDue() == 0)
            _ = try await browser.get("/logout?client_id=app1&logout_uri=https%3A%2F%2Flocalhost%3A8443%2F")
            #expect(try await notifier.sendDue() == 1)
            #expect(try await notifier.sendDue() == 0, "what was taken is not sent again")
            let token = try #require(application.tokens.withLock { $0.first })
            let (header, claims) = (try part(0, of: token), try part(1, of: token))
            #expect(header["typ"] as? String == "logout+jwt" && header["alg"] as? String == "RS256")
            #expect(claims["iss"] as? String == "https://localhost:8444/local_Test12345")
            #expect(claims["aud"] as? String == "app1" && claims["sid"] as? String == session)
            #expect(claims["sub"] as? String == signedIn["sub"] as? String)
            #expect(claims["iat"] as? Int == fixture.pool.now && claims["exp"] as? Int == fixture.pool.now + 120)
            #expect(claims["nonce"] == nil && claims["token_use"] == nil)
            let events = claims["events"] as? [String: [String: String]]
            #expect(events == ["http://schemas.openid.net/event/backchannel-logout": [:]])
            #expect(try await browser.get("/logout?id_token_hint=\(token)").status == 400, "it is no ID token")
        }
    }

    @Test("an application that does not take it gets a new token after a while, each with a jti of its own")
    func retry() async throws {
        let application = Application()
        let notifier = notifier(application)
        application.problem.withLock { $0 = "it answered 503" }
        try await fixture.test { browser in
            _ = try await browser.redeem(try await browser.code())
            _ = try await browser.get("/logout?client_id=app1&logout_uri=https%3A%2F%2Flocalhost%3A8443%2F")
            #expect(try await notifier.sendDue() == 1)
            #expect(try await notifier.sendDue() == 0, "not at once")
            fixture.wait(seconds: 1)
            application.problem.withLock { $0 = nil }
            #expect(try await notifier.sendDue() == 1)
            fixture.wait(seconds: 600)
            #expect(try await notifier.sendDue() == 0)
            let identifiers = try application.tokens.withLock { try $0.map { try part(1, of: $0)["jti"] as? String } }
            #expect(identifiers.count == 2 && identifiers[0] != identifiers[1])
        }
    }
}
