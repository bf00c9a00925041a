import EventLoop
import Testing

@Suite("The time a slow client gets")
struct PaceTests {
    private let limits = Pace.Limits(grace: 15_000, minimumRate: 240, idle: 60_000)

    @Test("a client that drips is given up after the grace, however often a byte comes")
    func dripping() {
        var pace = Pace()
        var now: Int64 = 1000
        var deadline = pace.begin(now: now, limits)
        #expect(deadline == 16_000)
        while now < deadline {
            now += 1000
            deadline = pace.moved(12, now: now, limits)
        }
        #expect(now == 17_000, "12 of 240 bytes a second put the end off by a twentieth of the time")
    }

    @Test("a client at the minimum rate goes on for ever, one below it does not")
    func rate() {
        for (bytes, lasts) in [(240, true), (239, false)] {
            var pace = Pace()
            var deadline = pace.begin(now: 0, limits)
            var now: Int64 = 0
            while now < deadline, now < 36_000_000 {
                now += 1000
                deadline = pace.moved(bytes, now: now, limits)
            }
            #expect((now >= 36_000_000) == lasts)
        }
    }

    @Test("a fast client earns no more than the idle timeout, however much it sends")
    func cap() {
        var pace = Pace()
        _ = pace.begin(now: 0, limits)
        #expect(pace.moved(.max, now: 2000, limits) == 62_000)
        #expect(pace.moved(.max, now: 3000, limits) == 63_000)
        #expect(pace.moved(0, now: 50_000, limits) == 63_000)
    }

    @Test("an idle timeout shorter than the grace counts besides it")
    func shortIdle() {
        var pace = Pace()
        let short = Pace.Limits(grace: 15_000, minimumRate: 240, idle: 2000)
        #expect(pace.begin(now: 0, short) == 2000)
        #expect(pace.moved(1, now: 1900, short) == 3900)
        #expect(pace.moved(1, now: 14_000, short) == 15_008)
    }

    @Test("without a minimum rate only the idle timeout counts")
    func off() {
        var pace = Pace()
        let off = Pace.Limits(grace: 15_000, minimumRate: 0, idle: 60_000)
        #expect(pace.begin(now: 0, off) == 60_000)
        #expect(pace.moved(1, now: 59_000, off) == 119_000)
        #expect(pace.moved(0, now: 100_000, off) == 119_000)
    }
}
