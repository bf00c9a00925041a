import TestSupport
import Testing

@testable import EventLoop

@Suite("The timer wheel is never early and at most a tick late")
struct TimerWheelTests {
    private func entry(_ number: Int) -> TimerWheel.Entry { .init(descriptor: Int32(number), generation: 7) }

    private func due(_ wheel: inout TimerWheel, at now: Int64) -> [Int] {
        wheel.advance(to: now)
        var numbers: [Int] = []
        while let entry = wheel.nextDue() { numbers.append(Int(entry.descriptor)) }
        return numbers.sorted()
    }

    @Test("an entry comes at the first tick not before its deadline", arguments: [1, 99, 100, 101, 250, 5000, 102_000])
    func boundary(deadline: Int64) {
        var wheel = TimerWheel()
        let start: Int64 = 1_000_000
        let time = wheel.add(entry(1), at: start + deadline, now: start)
        #expect(time >= start + deadline && time < start + deadline + TimerWheel.tick && time % TimerWheel.tick == 0)
        #expect(due(&wheel, at: time - 1).isEmpty)
        #expect(due(&wheel, at: time) == [1])
        #expect(wheel.isEmpty)
    }

    @Test("a deadline that has passed comes at the next tick")
    func past() {
        var wheel = TimerWheel()
        #expect(wheel.add(entry(1), at: 0, now: 1_000_050) == 1_000_100)
        #expect(due(&wheel, at: 1_000_100) == [1])
    }

    @Test("a deadline beyond the horizon comes at the horizon, to be looked at again")
    func far() {
        var wheel = TimerWheel()
        let horizon = Int64(TimerWheel.slotCount - 1) * TimerWheel.tick
        #expect(wheel.add(entry(1), at: 100_000_000, now: 1_000_000) == 1_000_000 + horizon)
        #expect(due(&wheel, at: 1_000_000 + horizon - 1).isEmpty)
        #expect(due(&wheel, at: 1_000_000 + horizon) == [1])
    }

    @Test("an empty wheel catches up with the time at once")
    func idle() {
        var wheel = TimerWheel()
        #expect(wheel.isEmpty && due(&wheel, at: 1_000_000).isEmpty)
        #expect(wheel.add(entry(1), at: 5_000_000, now: 4_999_900) == 5_000_000)
        #expect(due(&wheel, at: 5_000_000) == [1])
        #expect(wheel.add(entry(2), at: 900_000_000, now: 899_999_950) == 900_000_000)
        #expect(!wheel.isEmpty && wheel.count == 1)
        #expect(due(&wheel, at: 2_000_000_000) == [2])
    }

    @Test("2,000 entries with random deadlines, looked at in random steps")
    func model() {
        var random = SplitMix64(seed: 100)
        var wheel = TimerWheel()
        var now: Int64 = 12_345_678
        var deadlines: [Int: Int64] = [:]
        var times: [Int: Int64] = [:]
        var added = 0
        var step: Int64 = 0
        while added < 2000 || !deadlines.isEmpty {
            for _ in 0..<random.below(6) where added < 2000 {
                deadlines[added] = now + Int64(random.below(random.below(4) == 0 ? 400_000 : 3000)) - 200
                times[added] = wheel.add(entry(added), at: deadlines[added]!, now: now)
                // What has passed already cannot be met.
                deadlines[added] = max(deadlines[added]!, now)
                added += 1
            }
            step = Int64(random.below(350))
            now += step
            for number in due(&wheel, at: now) {
                guard let deadline = deadlines[number], let time = times[number] else {
                    Issue.record("entry \(number) came twice")
                    return
                }
                #expect(time <= now && now < time + step + TimerWheel.tick)
                if deadline <= now {
                    deadlines[number] = nil
                } else {
                    times[number] = wheel.add(entry(number), at: deadline, now: now)
                }
            }
            for (number, deadline) in deadlines where deadline + TimerWheel.tick <= now {
                Issue.record("entry \(number) is late by \(now - deadline) ms")
                return
            }
        }
        #expect(wheel.isEmpty && wheel.count == 0)
    }
}
