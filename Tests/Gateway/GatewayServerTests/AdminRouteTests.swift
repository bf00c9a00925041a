import Testing

@testable import GatewayServer

@Suite("The admin socket serves its addresses byte for byte, and nothing beside them (attack 122)")
struct AdminRouteTests {
    @Test("the addresses there are")
    func known() throws {
        #expect(try AdminRoute(method: "GET", target: "/health") == .health)
        #expect(try AdminRoute(method: "POST", target: "/reload") == .reload)
        #expect(try AdminRoute(method: "GET", target: "/sessions") == .sessions(user: nil, limit: 1000))
        #expect(
            try AdminRoute(method: "GET", target: "/sessions?user=a%40b.example&limit=7")
                == .sessions(user: "a@b.example", limit: 7))
        #expect(try AdminRoute(method: "DELETE", target: "/sessions/0123abcd") == .endSession("0123abcd"))
        #expect(try AdminRoute(method: "GET", target: "/sessions/0123abcd") == .session("0123abcd"))
        #expect(
            try AdminRoute(method: "GET", target: "/sessions/0123abcd/identity") == .sessionIdentity("0123abcd"))
        #expect(try AdminRoute(method: "GET", target: "/requests?limit=3") == .requests(limit: 3))
        #expect(try AdminRoute(method: "GET", target: "/requests/0123456789abcdef") == .request("0123456789abcdef"))
        #expect(
            try AdminRoute(method: "DELETE", target: "/users/auth0%7C1%2F2/sessions?issuer=https%3A%2F%2Fid.example")
                == .endUserSessions("auth0|1/2", issuer: "https://id.example"))
        // Decoded once: what is left looks encoded and is a name.
        #expect(
            try AdminRoute(method: "DELETE", target: "/users/%252e/sessions") == .endUserSessions("%2e", issuer: nil))
    }

    @Test(
        "other spellings of them are no addresses",
        arguments: [
            "", "/", "health", "/health/", "//health", "/HEALTH", "/%68ealth", "/./health", "/x/../health",
            "/health%00",
            "/health;x", "/health#", "http://localhost/health", "/sessions/", "/sessions//", "/Sessions",
            "/sessions/0123ABCD", "/sessions/0123abc", "/sessions/0123abcde", "/sessions/0123abcd/",
            "/sessions/%30123abcd",
            "/sessions/..", "/sessions/../health", "/sessions/0123abcd/../../health", "/sessions/*", "/users//sessions",
            "/sessions/0123abcd/identity/", "/sessions/0123abcd/Identity", "/sessions/0123abc/identity",
            "/sessions//identity",
            "/users/sessions", "/users/a/b/sessions", "/users/a/sessions/", "/users/a/Sessions", "/users/%/sessions",
            "/users/%g0/sessions", "/users/%ff/sessions", "/users/a", "/users/a/sessions/0", "/config", "/config/0",
            "/reload/", "/Reload",
            "/sessions\u{37E}", "/ſessions",
        ])
    func unknown(_ target: String) {
        for method in ["GET", "DELETE", "POST"] {
            #expect(throws: AdminRoute.Refusal.notFound) { try AdminRoute(method: method, target: target) }
        }
    }

    @Test("other methods, parameters nobody knows, and doubled ones are refused")
    func refused() {
        for (method, target, allowed) in [
            ("DELETE", "/sessions", "GET"), ("POST", "/sessions/0123abcd", "GET, DELETE"),
            ("GET, DELETE", "/sessions/0123abcd", "GET, DELETE"), ("DELETE", "/requests", "GET"),
            ("DELETE", "/sessions/0123abcd/identity", "GET"),
            ("get", "/health", "GET"),
            ("GET", "/reload", "POST"), ("POST", "/users/a/sessions", "DELETE"), ("HEAD", "/health", "GET"),
        ] {
            #expect(throws: AdminRoute.Refusal.method(allowed: allowed)) {
                try AdminRoute(method: method, target: target)
            }
        }
        for (method, target) in [
            ("GET", "/health?x=1"), ("POST", "/reload?x=1"), ("GET", "/sessions?users=a"), ("GET", "/sessions?limit=0"),
            ("GET", "/sessions?limit=-1"), ("GET", "/sessions?limit=1e9"), ("GET", "/sessions?user=a&user=b"),
            ("GET", "/sessions?user"), ("GET", "/sessions?user=%zz"), ("DELETE", "/sessions/0123abcd?force=1"),
            ("DELETE", "/users/a/sessions?issuer=a&issuer=a"),
        ] {
            do {
                let route = try AdminRoute(method: method, target: target)
                Issue.record("\(target) is \(route)")
            } catch {
                guard case .query = error else {
                    Issue.record("\(target): \(error)")
                    continue
                }
            }
        }
    }
}
