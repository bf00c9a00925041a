import Testing

@testable import OpenIDConnect

@Suite("What a browser's nonce cookie says, and what it cannot be made to say")
struct BrowserBindingTests {
    let seal = StateSeal(keyMaterial: [UInt8](repeating: 7, count: 32))
    let id = ProviderID(bytes: [UInt8](repeating: 1, count: 16))!
    let other = ProviderID(bytes: [UInt8](repeating: 2, count: 16))!

    @Test func aSecretAndACountComeBack() throws {
        var browser = BrowserBinding(random: [UInt8](repeating: 3, count: 32))
        #expect(browser.cookie(seal: seal) == browser.secret && browser.secret.utf8.count == 43)
        #expect(BrowserBinding(cookie: browser.secret, seal: seal) == browser)
        let bare = browser.hash
        browser.recent = RecentSignIns(count: 2, since: 4_102_444_800, provider: id)
        let cookie = browser.cookie(seal: seal)
        #expect(cookie.utf8.count <= 160)
        #expect(BrowserBinding(cookie: cookie, seal: seal) == browser)
        #expect(browser.hash == bare, "a sign-in under way does not mind the count")
    }

    @Test("a count that was changed, or is another browser's or gateway's, counts for nothing; the secret stays")
    func forgedCounts() throws {
        var browser = BrowserBinding(random: [UInt8](repeating: 3, count: 32))
        browser.recent = RecentSignIns(count: 2, since: 1000, provider: id)
        let cookie = browser.cookie(seal: seal)
        for index in cookie.indices.dropFirst(44) {
            var changed = cookie
            changed.replaceSubrange(index...index, with: cookie[index] == "A" ? "B" : "A")
            // The last character has bits that mean nothing.
            guard let read = BrowserBinding(cookie: changed, seal: seal), read.recent != browser.recent else {
                continue
            }
            #expect(read.secret == browser.secret && read.recent == nil)
        }
        let stranger = BrowserBinding(random: [UInt8](repeating: 4, count: 32)).secret + cookie.dropFirst(43)
        #expect(BrowserBinding(cookie: stranger, seal: seal)?.recent == nil)
        let elsewhere = StateSeal(keyMaterial: [UInt8](repeating: 8, count: 32))
        #expect(BrowserBinding(cookie: cookie, seal: elsewhere)?.secret == browser.secret)
        #expect(BrowserBinding(cookie: cookie, seal: elsewhere)?.recent == nil)
    }

    @Test(arguments: [
        nil, "", ".", "a", String(repeating: "A", count: 42), String(repeating: "!", count: 43),
        String(repeating: "A", count: 44), String(repeating: "A", count: 161), "." + String(repeating: "A", count: 43),
    ])
    func rubbishIsNoBrowser(cookie: String?) {
        #expect(BrowserBinding(cookie: cookie, seal: seal) == nil)
    }

    @Test("two sign-ins within a minute are a loop; one, or two at different times or providers, are none")
    func loops() {
        let first = RecentSignIns.adding(to: nil, at: id, now: 100)
        #expect(!first.isLoop(at: id, now: 100))
        let second = RecentSignIns.adding(to: first, at: id, now: 130)
        #expect(second == RecentSignIns(count: 2, since: 100, provider: id))
        #expect(second.isLoop(at: id, now: 160) && !second.isLoop(at: id, now: 161))
        #expect(!second.isLoop(at: id, now: 99), "a clock set back")
        #expect(!second.isLoop(at: other, now: 130))
        #expect(RecentSignIns.adding(to: second, at: id, now: 161).count == 1)
        #expect(RecentSignIns.adding(to: second, at: other, now: 130).count == 1)
        let many = (0..<300).reduce(first) { recent, _ in .adding(to: recent, at: id, now: 120) }
        #expect(many.count == 255)
    }
}

@Suite("Sign-ins whose code was sent are known, as many as there is room for")
struct SpentSignInsTests {
    private func id(_ number: Int) -> [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: number >> (8 * min($0, 7))) } }

    @Test func onceEach() {
        let spent = SpentSignIns(limit: 10)
        #expect(spent.spend(id(1), now: 0))
        #expect(!spent.spend(id(1), now: 900))
        #expect(spent.spend(id(2), now: 900))
        #expect(spent.spend(id(1), now: 901), "after 15 minutes the state itself is too old")
    }

    @Test func theOldestMakesRoom() {
        let spent = SpentSignIns(limit: 1000)
        for number in 0..<5000 { #expect(spent.spend(id(number), now: 0)) }
        #expect(!spent.spend(id(4999), now: 0) && !spent.spend(id(4001), now: 0))
        #expect(spent.spend(id(3000), now: 0))
    }
}
