import Hummingbird
import HummingbirdTesting
import Testing

@testable import ChatServer

@Suite struct IdentityTests {
    static let id = "01234567-89ab-7def-8123-456789abcdef"
    static let routes: [(HTTPRequest.Method, String)] = [
        (.get, "/"), (.get, "/c/\(id)"), (.get, "/deep/link?x=1"), (.get, "/assets/base.css"), (.get, "/api/me"),
        (.get, "/api/conversations"), (.post, "/api/conversations"), (.get, "/api/conversations/\(id)"),
        (.patch, "/api/conversations/\(id)"), (.delete, "/api/conversations/\(id)"),
        (.post, "/api/conversations/\(id)/messages"), (.get, "/api/generations/\(id)/events"),
        (.post, "/api/generations/\(id)/stop"), (.get, "/health/"), (.get, "//health"), (.get, "/health/x"),
        (.get, "/favicon.ico"), (.put, "/api/me"), (.head, "/"), (.options, "/api/me"),
    ]

    private func statuses(_ headers: HTTPFields, in fixture: Fixture) async throws -> Set<Int> {
        try await fixture.application.test(.router) { client in
            var statuses: Set<Int> = []
            for (method, path) in Self.routes {
                try await client.execute(uri: path, method: method, headers: headers) {
                    _ = statuses.insert($0.status.code)
                }
            }
            return statuses
        }
    }

    @Test func withoutIdentityEveryRouteButHealthIsClosed() async throws {
        let fixture = try Fixture()
        #expect(try await statuses([:], in: fixture) == [401])
        try await fixture.application.test(.router) { client in
            try await client.execute(uri: "/health", method: .get) { response in
                #expect(response.status == .ok)
                #expect(String(buffer: response.body) == #"{"status":"ok"}"#)
            }
        }
    }

    @Test func whatDoesNotVerifyIsNoIdentity() async throws {
        let fixture = try Fixture()
        let good = try fixture.identity()
        var forged = good
        let parts = try #require(good[.identityData]).split(separator: ".").map(String.init)
        let other = try #require(fixture.identity("eve")[.identityData]).split(separator: ".").map(String.init)
        forged[.identityData] = [parts[0], other[1], parts[2]].joined(separator: ".")
        var doubled = good
        doubled.append(HTTPField(name: .identityData, value: good[.identityData] ?? ""))
        var doubledSubject = good
        doubledSubject.append(HTTPField(name: .identitySubject, value: "ann"))
        var bare = good
        bare[.identitySubject] = nil
        let cases: [(String, HTTPFields)] = [
            ("forged payload", forged),
            ("garbage", [.identityData: "x", .identitySubject: "ann"]),
            ("foreign key", try fixture.identity(by: Fixture.makeSigner())),
            ("foreign signer", try fixture.identity(by: Fixture.makeSigner(name: "arn:other"))),
            ("expired", try fixture.identity(expiresIn: -1)),
            ("other issuer", try fixture.identity(issuer: "https://evil.example")),
            ("other client", try fixture.identity(client: "other")),
            ("other plain subject", try fixture.identity(plain: "ben")),
            ("no plain subject", bare), ("two tokens", doubled), ("two subjects", doubledSubject),
        ]
        for (name, headers) in cases {
            #expect(try await statuses(headers, in: fixture) == [401], "\(name)")
        }
    }

    @Test func refusalsFitTheAsker() async throws {
        let fixture = try Fixture()
        try await fixture.application.test(.router) { client in
            try await client.execute(uri: "/", method: .get, headers: [.accept: "text/html"]) { response in
                #expect(response.headers[.contentType] == "text/html; charset=utf-8")
                #expect(String(buffer: response.body).contains("gateway"))
            }
            try await client.execute(uri: "/api/me", method: .get) { response in
                #expect(response.headers[.contentType] == "application/problem+json")
            }
        }
    }

    @Test func withIdentityThePageAndTheProfileAreServed() async throws {
        let fixture = try Fixture()
        let headers = try fixture.identity()
        try await fixture.application.test(.router) { client in
            let me = try await client.json(.get, "/api/me", headers)
            #expect(me.status == 200 && me.body["name"] == .string("Ann Example"))
            #expect(me.body["email"] == .string("ann@example.com"))
            #expect(me.body["model"]?.object?["simulated"] == .bool(true))
        }
    }
}
