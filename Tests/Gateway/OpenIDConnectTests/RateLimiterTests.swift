import Testing

@testable import OpenIDConnect

@Suite("RateLimiter: so many a minute for each key, and never more memory than agreed")
struct RateLimiterTests {
    private let second = 1_000_000

    @Test("a minute's worth at once, then as many as leak out")
    func burst() {
        var limiter = RateLimiter<Int>(perMinute: 6, capacity: 8)
        for _ in 0..<6 { #expect(limiter.refusal(of: 1, now: 0) == nil) }
        #expect(limiter.refusal(of: 1, now: 0) == 10)
        #expect(limiter.refusal(of: 1, now: 9 * second) == 1)
        #expect(limiter.refusal(of: 2, now: 0) == nil, "another key is another bucket")
        #expect(limiter.refusal(of: 1, now: 10 * second) == nil)
        #expect(limiter.refusal(of: 1, now: 10 * second) == 10)
        #expect((0..<6).allSatisfy { _ in limiter.refusal(of: 1, now: 80 * second) == nil })
    }

    @Test("being refused costs nothing: who waits as long as he is told is let in")
    func refusals() {
        var limiter = RateLimiter<Int>(perMinute: 1, capacity: 8)
        #expect(limiter.refusal(of: 1, now: 0) == nil)
        for now in 0..<60 { #expect(limiter.refusal(of: 1, now: now * second) == 60 - now) }
        #expect(limiter.refusal(of: 1, now: 60 * second) == nil)
    }

    @Test("0 is no limit, and remembers nobody")
    func unlimited() {
        var limiter = RateLimiter<Int>(perMinute: 0, capacity: 8)
        #expect((0..<10_000).allSatisfy { _ in limiter.refusal(of: 1, now: 0) == nil })
        #expect(limiter.count == 0)
    }

    @Test(
        "attack 110: a million addresses leave no more than the agreed number; a busy one is not forgotten for a few others"
    )
    func bounded() {
        var limiter = RateLimiter<Int>(perMinute: 2, capacity: 1000)
        var (most, refused) = (0, 0)
        for key in 0..<1_000_000 {
            if limiter.refusal(of: key, now: 0) != nil { refused += 1 }
            most = max(most, limiter.count)
        }
        #expect(most == 1000 && refused == 0)
        for _ in 0..<2 { #expect(limiter.refusal(of: -1, now: 0) == nil) }
        for key in 0..<400 { #expect(limiter.refusal(of: -2 - key, now: 0) == nil) }
        #expect(limiter.refusal(of: -1, now: 0) != nil)
    }

    @Test(arguments: [1, 7, 600, 1_000_000])
    func exact(perMinute: Int) {
        var limiter = RateLimiter<Int>(perMinute: perMinute, capacity: 2)
        var admitted = 0
        while limiter.refusal(of: 1, now: 5) == nil { admitted += 1 }
        #expect(admitted == perMinute)
    }
}
