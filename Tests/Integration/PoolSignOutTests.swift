import Foundation
import ProcessTesting
import Testing

@Suite(
    "The local pool and the gateway: who signs out at the pool is signed out at the application", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(5)))
struct PoolSignOutTests {
    @Test("the pool's own sign-out, in Cognito's words and the standard's, ends the application's session")
    func poolSignOut() async throws {
        let host = try await Installation.start()
        let pool = String(host.ready.poolURL.prefix { $0 != "?" })
        let home = FormText.encode(host.app + "/")
        for parameter in ["logout_uri=", "state=s&post_logout_redirect_uri="] {
            let visitor = PoolSignIn(host)
            #expect(try await visitor.signIn(from: host.app + "/").status == 200)
            #expect(try await visitor.browser(host.app + "/api/me").status == 200)
            let address = (pool.hasSuffix("/") ? String(pool.dropLast()) : pool) + "/logout?client_id="
            let out = try await visitor.browser(address + host.ready.clientId + "&" + parameter + home)
            #expect(out.status == 302 && out.value("location")?.hasPrefix(host.app + "/") == true, "\(out)")
            _ = try await eventually("the end of the application's session", within: .seconds(30)) {
                try await visitor.browser(host.app + "/api/me").status == 302 ? true : nil
            }
        }
        #expect(!host.logs.contains("did not take a logout notice"), "\(host.logs)")
        #expect(try await host.stop() == 0)
    }
}
