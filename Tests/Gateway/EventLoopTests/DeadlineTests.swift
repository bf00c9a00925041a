import Glibc
import TestSupport
import Testing

@testable import EventLoop

/// Time is set by hand here: hours pass at once.
@Suite("Deadlines of channels", .ownThread)
struct DeadlineTests {
    private let loop: Loop
    private let channel: ProbeChannel
    private let other: Int32
    private let start: Int64

    init() throws {
        loop = try Loop()
        let pair = try makeSocketPair()
        channel = try ProbeChannel(pair.0, on: loop)
        other = pair.1
        start = loop.now
    }

    private func finish() {
        loop.close(channel)
        close(other)
    }

    /// Lets the time run to `end` in steps.
    private func pass(to end: Int64, step: Int64 = TimerWheel.tick) {
        while loop.now < end {
            loop.now = min(end, loop.now + step)
            loop.expireDeadlines()
        }
    }

    @Test(
        "reached once, never early, at most a tick late",
        arguments: [0, 1, 99, 100, 1234, 102_300, 102_400, 3_600_000, 604_800_000])
    func once(milliseconds: Int64) {
        defer { finish() }
        let deadline = start + milliseconds
        loop.setDeadline(deadline, of: channel)
        pass(to: deadline - 1, step: milliseconds > 1_000_000 ? 50_000 : TimerWheel.tick)
        #expect(channel.deadlines.isEmpty)
        pass(to: deadline + TimerWheel.tick)
        #expect(channel.deadlines.count == 1)
        pass(to: deadline + 300_000, step: 1000)
        #expect(channel.deadlines.count == 1 && channel.deadline == Loop.never && loop.wheel.isEmpty)
    }

    @Test("one jump over the deadline is enough")
    func jump() {
        defer { finish() }
        loop.setDeadline(start + 3_600_000, of: channel)
        pass(to: start + 3_600_000, step: 10_000_000)
        pass(to: start + 3_600_200)
        #expect(channel.deadlines.count == 1)
    }

    @Test("moved later: called at the later time only")
    func later() {
        defer { finish() }
        loop.setDeadline(start + 500, of: channel)
        loop.setDeadline(start + 2000, of: channel)
        pass(to: start + 1999)
        #expect(channel.deadlines.isEmpty)
        pass(to: start + 2100)
        #expect(channel.deadlines.count == 1)
        pass(to: start + 10_000)
        #expect(channel.deadlines.count == 1 && loop.wheel.isEmpty)
    }

    @Test("moved earlier: called at the earlier time, and not again at the later one")
    func earlier() {
        defer { finish() }
        loop.setDeadline(start + 5000, of: channel)
        loop.setDeadline(start + 1000, of: channel)
        pass(to: start + 999)
        #expect(channel.deadlines.isEmpty)
        pass(to: start + 1100)
        #expect(channel.deadlines.count == 1)
        pass(to: start + 20_000)
        #expect(channel.deadlines.count == 1 && loop.wheel.isEmpty)
    }

    @Test("earlier, then later than both: no entry is lost")
    func zigzag() {
        defer { finish() }
        loop.setDeadline(start + 5000, of: channel)
        loop.setDeadline(start + 1000, of: channel)
        loop.setDeadline(start + 150_000, of: channel)
        pass(to: start + 149_999)
        #expect(channel.deadlines.isEmpty)
        pass(to: start + 150_100)
        #expect(channel.deadlines.count == 1)
    }

    @Test("taken back: not called; set again: called")
    func takenBack() {
        defer { finish() }
        loop.setDeadline(start + 500, of: channel)
        loop.setDeadline(Loop.never, of: channel)
        pass(to: start + 5000)
        #expect(channel.deadlines.isEmpty && loop.wheel.isEmpty)
        loop.setDeadline(loop.now + 500, of: channel)
        pass(to: loop.now + 600)
        #expect(channel.deadlines.count == 1)
    }

    @Test("set anew from within the call: called again")
    func again() {
        defer { finish() }
        channel.onDeadline = { channel in
            if channel.deadlines.count < 4 { channel.loop.setDeadline(channel.loop.now + 1000, of: channel) }
        }
        loop.setDeadline(start + 1000, of: channel)
        pass(to: start + 20_000)
        #expect(channel.deadlines.count == 4)
        for (first, second) in zip(channel.deadlines, channel.deadlines.dropFirst()) {
            #expect(second - first >= 1000 && second - first <= 1000 + TimerWheel.tick)
        }
    }

    @Test("a busy connection's moves do not fill the wheel")
    func bounded() {
        defer { finish() }
        for _ in 0..<20_000 {
            loop.now += 30
            loop.setDeadline(loop.now + 5000, of: channel)
            loop.setDeadline(loop.now + 60_000, of: channel)
            loop.expireDeadlines()
        }
        // One entry each time the short deadline's place was reached, kept until the long one's is.
        #expect(loop.wheel.count <= 60 / 5 + 2)
        #expect(channel.deadlines.isEmpty)
    }

    @Test("a closed channel is not called, and a later owner of its number not in its place")
    func closed() throws {
        loop.setDeadline(start + 500, of: channel)
        loop.close(channel)
        let (descriptor, peer) = try makeSocketPair()
        // Whatever its number: it must not inherit a deadline.
        let successor = try ProbeChannel(descriptor, on: loop)
        pass(to: start + 5000)
        #expect(channel.deadlines.isEmpty && successor.deadlines.isEmpty && loop.wheel.isEmpty)
        loop.setDeadline(loop.now + 100, of: channel)
        pass(to: loop.now + 1000)
        #expect(channel.deadlines.isEmpty && successor.deadlines.isEmpty)
        loop.close(successor)
        close(peer)
        close(other)
    }

    @Test("on the real clock, from within run")
    func realClock() throws {
        defer { finish() }
        channel.onDeadline = { channel in
            if channel.deadlines.count == 3 {
                channel.loop.stop()
            } else {
                channel.loop.setDeadline(channel.loop.now + 50, of: channel)
            }
        }
        loop.setDeadline(start + 50, of: channel)
        try loop.runGuarded()
        #expect(channel.deadlines.count == 3)
        #expect(channel.deadlines[0] >= start + 50)
        #expect(channel.deadlines[1] >= channel.deadlines[0] + 50 && channel.deadlines[2] >= channel.deadlines[1] + 50)
    }
}
