import Testing

@testable import Accounts

@Suite("Failed attempts lock a name for longer and longer")
struct LockoutTests {
    @Test("The n-th failure from the fifth on locks for 2^(n−5) s, at most 15 minutes")
    func backOff() {
        var lockout = Lockout()
        var now = 1_000_000
        for _ in 1...4 { #expect(lockout.attemptBegan(at: now) == .allowed) }
        #expect(lockout.attemptBegan(at: now) == .allowed)
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900] {
            #expect(lockout.attemptBegan(at: now) == .locked(millisecondsLeft: expected * 1000))
            now += expected * 1000 - 1
            #expect(lockout.attemptBegan(at: now) == .locked(millisecondsLeft: 1))
            now += 1
            #expect(lockout.attemptBegan(at: now) == .allowed)
        }
        // The last step waited the full 15 minutes, which also forgets everything.
        #expect(lockout.failures == 1)
    }

    @Test("Attempts during a lock neither count nor extend it")
    func attemptsDuringLock() {
        var lockout = Lockout(failures: 5, lastAttemptAt: 1000)
        for now in stride(from: 1000, to: 2000, by: 100) {
            #expect(lockout.attemptBegan(at: now) == .locked(millisecondsLeft: 2000 - now))
        }
        #expect(lockout.failures == 5)
        #expect(lockout.attemptBegan(at: 2000) == .allowed)
    }

    @Test("A success clears all")
    func success() {
        var lockout = Lockout(failures: 7, lastAttemptAt: 1000)
        #expect(lockout.attemptBegan(at: 5000) == .allowed)
        lockout.attemptSucceeded()
        #expect(lockout == Lockout())
    }

    @Test("Fifteen quiet minutes clear all")
    func quiet() {
        var lockout = Lockout(failures: 4, lastAttemptAt: 1000)
        #expect(lockout.attemptBegan(at: 1000 + Lockout.longestLock) == .allowed)
        #expect(lockout.failures == 1)
    }

    @Test("A clock set back does not prolong a lock")
    func clockSetBack() {
        var lockout = Lockout(failures: 6, lastAttemptAt: 9_000_000)
        #expect(lockout.attemptBegan(at: 1000) == .locked(millisecondsLeft: 2000))
        #expect(lockout.attemptBegan(at: 3000) == .allowed)
    }

    @Test("Stored nonsense is harmless")
    func nonsense() {
        var lockout = Lockout(failures: .max, lastAttemptAt: 0)
        #expect(lockout.attemptBegan(at: 1) == .locked(millisecondsLeft: Lockout.longestLock - 1))
        #expect(Lockout(failures: -3, lastAttemptAt: -1) == Lockout())
    }
}
