import Testing

@testable import GatewayServer

@Suite("Forms that are held while their users sign in: bounded, for 15 minutes, for one user, once")
struct HeldRequestTests {
    private let ann = HeldRequest.Owner(issuer: "i", client: "c", subject: "ann")
    private let bob = HeldRequest.Owner(issuer: "i", client: "c", subject: "bob")

    private func request(_ held: HeldRequests, size: Int = 10, now: Int = 0) throws -> HeldRequest {
        HeldRequest(
            method: "POST", target: "/x", origin: "https://a", fields: [], body: [UInt8](repeating: 1, count: size),
            heldAt: now, room: try #require(held.room.share(size, address: "192.0.2.\(now % 200)")))
    }

    @Test("it is its user's once he has signed in, and goes on once")
    func once() throws {
        let held = HeldRequests(bodyLimit: 1000, totalLimit: 1_000_000)
        let id = held.hold(try request(held))
        #expect(id.utf8.count == 43)
        #expect(held.request(id, of: [ann], origin: "https://a", now: 1) == nil, "nobody's yet")
        #expect(held.assign(id, to: ann, now: 1) && held.assign(id, to: ann, now: 1))
        #expect(!held.assign(id, to: bob, now: 1) && !held.assign("x", to: ann, now: 1))
        #expect(held.request(id, of: [bob], origin: "https://a", now: 1) == nil)
        #expect(held.request(id, of: [], origin: "https://a", now: 1) == nil)
        #expect(held.take(id, of: [ann], origin: "https://b", now: 1) == nil)
        #expect(held.request(id, of: [bob, ann], origin: "https://a", now: 1)?.body.count == 10)
        #expect(held.take(id, of: [ann], origin: "https://a", now: 1)?.target == "/x")
        #expect(held.take(id, of: [ann], origin: "https://a", now: 1) == nil)
        #expect(held.room.taken == 0)
    }

    @Test("after 15 minutes it is gone, and its room is free")
    func expiry() throws {
        let held = HeldRequests(bodyLimit: 1000, totalLimit: 1_000_000)
        let old = held.hold(try request(held, now: 0))
        let young = held.hold(try request(held, now: 1))
        #expect(held.assign(old, to: ann, now: 900) && held.assign(young, to: ann, now: 900))
        #expect(held.take(old, of: [ann], origin: "https://a", now: 901) == nil)
        held.dropExpired(now: 901)
        #expect(held.room.taken == 10 + HeldRequestRoom.overhead)
        #expect(held.request(young, of: [ann], origin: "https://a", now: 901) != nil)
        held.dropExpired(now: 902)
        #expect(held.room.taken == 0)
    }

    @Test("there is so much room in all, and so many requests of one address; what is given back is free again")
    func room() throws {
        let room = HeldRequestRoom(limit: 10 * (HeldRequestRoom.overhead + 100))
        var shares: [HeldRequestRoom.Share] = []
        for _ in 0..<HeldRequestRoom.addressLimit { shares.append(try #require(room.share(100, address: "192.0.2.1"))) }
        #expect(room.share(0, address: "192.0.2.1") == nil)
        for _ in 0..<2 { shares.append(try #require(room.share(100, address: "192.0.2.2"))) }
        #expect(room.share(0, address: "192.0.2.2") == nil, "no room for anybody")
        shares.removeFirst()
        #expect(room.share(101, address: "192.0.2.1") == nil)
        shares.append(try #require(room.share(100, address: "192.0.2.1")))
        shares = []
        #expect(room.taken == 0)
    }

    @Test("names are read strictly; what a browser shows of a request is escaped")
    func names() throws {
        let id = String(repeating: "A", count: 42) + "_"
        #expect(HeldRequestPage.id(query: "request=" + id) == id)
        #expect(HeldRequestPage.address(id) == "/oauth2/resume?request=" + id)
        for query in [
            "", "request=", "request=" + id.dropLast(), "request=" + id + "A", "x=1&request=" + id,
            "request=" + id.dropLast() + "%", "request=" + id + "&x=1",
        ] { #expect(HeldRequestPage.id(query: query) == nil, "\(query)") }
    }
}
