import Testing

@testable import Accounts

@Suite("Attempts are counted by source, in bounded tables")
struct AttemptCountingTests {
    private let one = AttemptSource.address("192.0.2.1")
    private let two = AttemptSource.address("192.0.2.2")
    private let known = AttemptSource.knownBrowser("k")

    @Test("A burst, then one each interval; what is taken back may be made again")
    func throttle() {
        var throttle = SourceThrottle(burst: 3, millisecondsPerAttempt: 1000)
        for _ in 1...3 { #expect(throttle.attemptBegan(by: one, at: 5000) == nil) }
        #expect(throttle.attemptBegan(by: one, at: 5000) == 1000)
        #expect(throttle.attemptBegan(by: one, at: 5999) == 1)
        #expect(throttle.attemptBegan(by: two, at: 5000) == nil)
        #expect(throttle.attemptBegan(by: one, at: 6000) == nil)
        #expect(throttle.attemptBegan(by: one, at: 6000) == 1000)
        throttle.attemptTakenBack(by: one)
        #expect(throttle.attemptBegan(by: one, at: 6000) == nil)
        throttle.attemptTakenBack(by: known)
    }

    @Test("A clock set back shuts nobody out for longer than the burst takes")
    func clockSetBack() {
        var throttle = SourceThrottle(burst: 2, millisecondsPerAttempt: 1000)
        for _ in 1...2 { #expect(throttle.attemptBegan(by: one, at: 9_000_000) == nil) }
        #expect(throttle.attemptBegan(by: one, at: 0) == 1000)
        #expect(throttle.attemptBegan(by: one, at: 1000) == 1000)
    }

    @Test("The table has an end, and the worst are remembered")
    func bounded() {
        var throttle = SourceThrottle(burst: 2, millisecondsPerAttempt: 1000, capacity: 10)
        for _ in 1...2 { _ = throttle.attemptBegan(by: one, at: 0) }
        for number in 1...1000 { _ = throttle.attemptBegan(by: .address("\(number)"), at: 0) }
        #expect(throttle.count <= 10)
        #expect(throttle.attemptBegan(by: one, at: 0) == 1000)
        _ = throttle.attemptBegan(by: two, at: 100_000)
        for number in 1...20 { _ = throttle.attemptBegan(by: .address("x\(number)"), at: 200_000) }
        #expect(throttle.count <= 10)
    }

    @Test("Waiters are served in turns of their sources")
    func turns() {
        var queue = FairQueue<Int>(capacity: 10, reserve: 0, perSource: 3)
        for waiter in [1, 2, 3] { #expect(queue.enqueue(waiter, from: one) == .waits) }
        #expect(queue.enqueue(4, from: one) == .refused)
        #expect(queue.enqueue(5, from: two) == .waits)
        #expect(queue.enqueue(6, from: known) == .waits)
        let served = (0..<6).map { _ in queue.next() }
        #expect(served == [1, 5, 6, 2, 3, nil])
        #expect(queue.count == 0)
    }

    @Test("In a full queue a newcomer takes a place of the source that has most")
    func displacing() {
        var queue = FairQueue<Int>(capacity: 4, reserve: 0, perSource: 3)
        for waiter in [1, 2, 3] { _ = queue.enqueue(waiter, from: one) }
        #expect(queue.enqueue(4, from: two) == .waits)
        #expect(queue.enqueue(5, from: known) == .displaces(3))
        #expect(queue.enqueue(6, from: two) == .refused, "two and one would only change places")
        #expect(queue.count == 4)
        #expect(queue.remove(2, from: one) == true)
        #expect(queue.remove(2, from: one) == false)
        let served = (0..<4).map { _ in queue.next() }
        #expect(served == [1, 4, 5, nil])
    }

    @Test("Places in reserve are for known browsers")
    func reserve() {
        var queue = FairQueue<Int>(capacity: 3, reserve: 2, perSource: 3)
        #expect(queue.enqueue(1, from: one) == .waits)
        #expect(queue.enqueue(2, from: two) == .refused)
        #expect(queue.enqueue(3, from: known) == .waits)
        #expect(queue.enqueue(4, from: .knownBrowser("m")) == .waits)
    }

    @Test("Strangers count against a name twice, a known browser once")
    func nameLockout() {
        var stranger = NameLockout(
            own: Lockout(), everyone: Lockout(failures: 49, lastAttemptAt: 1000, freeFailures: 49))
        #expect(stranger.verdict(at: 1000) == .allowed)
        #expect(stranger.attemptBegan(at: 1000) == .allowed)
        #expect(stranger.own.failures == 1 && stranger.everyone?.failures == 50)
        let locked = stranger
        #expect(stranger.attemptBegan(at: 1000) == .locked(millisecondsLeft: 1000))
        #expect(stranger == locked, "an attempt during a lock counts nowhere")
        stranger.attemptSucceeded()
        #expect(stranger.own.failures == 0 && stranger.everyone?.failures == 49)
    }
}
