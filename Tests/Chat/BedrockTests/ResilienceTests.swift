import Testing

@testable import Bedrock

/// When and how often something is repeated, by numbers of the test's own.
@Suite struct ResilienceTests {
    @Test func waitsDoubleUpToALimit() {
        let policy = RetryPolicy()
        func wait(_ attempt: Int, throttled: Bool = false, _ random: Double = 1) -> Duration {
            policy.wait(after: attempt, throttled: throttled, asked: nil, random: random)
        }
        #expect(wait(1) == .milliseconds(50))
        #expect(wait(2) == .milliseconds(100))
        #expect(wait(1, throttled: true) == .seconds(1))
        #expect(wait(3, throttled: true) == .seconds(4))
        #expect(wait(3, throttled: true, 0.5) == .seconds(2))
        #expect(wait(3, throttled: true, 0) == .zero)
        #expect(wait(60, throttled: true) == .seconds(20))
    }

    @Test func whatTheProviderAsksForIsKeptWithinReason() {
        let policy = RetryPolicy()
        func wait(_ asked: Duration) -> Duration { policy.wait(after: 1, throttled: true, asked: asked, random: 1) }
        #expect(wait(.milliseconds(10)) == .seconds(1))
        #expect(wait(.seconds(3)) == .seconds(3))
        #expect(wait(.seconds(3_600)) == .seconds(6))
    }

    @Test func aHundredRetriesEmptyTheBudgetAndSuccessFillsItAgain() {
        var budget = RetryBudget()
        var paid = 0
        while budget.pay(isTimeout: false) != nil { paid += 1 }
        #expect(paid == 100)
        #expect(budget.tokens == 0)
        for _ in 0..<4 { budget.succeeded(paid: nil) }
        func pay(isTimeout: Bool) -> Int? { budget.pay(isTimeout: isTimeout) }
        #expect(pay(isTimeout: false) == nil)
        budget.succeeded(paid: nil)
        #expect(pay(isTimeout: false) == 5)
        budget.succeeded(paid: 10)
        #expect(pay(isTimeout: true) == 10)
        for _ in 0..<1_000 { budget.succeeded(paid: nil) }
        #expect(budget.tokens == 500)
    }

    @Test func fiveFailuresInARowOpenTheCircuit() {
        var breaker = CircuitBreaker(threshold: 5, rest: .seconds(30))
        let start = ContinuousClock.now
        func mayAsk(after seconds: Int = 0) -> Bool { breaker.mayAsk(at: start + .seconds(seconds)) }
        for _ in 0..<4 {
            #expect(mayAsk())
            breaker.failed(at: start)
        }
        breaker.succeeded()
        for _ in 0..<5 {
            #expect(mayAsk())
            breaker.failed(at: start)
        }
        #expect(breaker.isOpen)
        #expect(!mayAsk(after: 29))
        #expect(mayAsk(after: 30), "one tries")
        #expect(!mayAsk(after: 31), "the others wait")
        breaker.failed(at: start + .seconds(31))
        #expect(!mayAsk(after: 60))
        #expect(mayAsk(after: 61))
        breaker.abandoned()
        #expect(mayAsk(after: 61), "a trial that was given up leaves its place")
        breaker.succeeded()
        #expect(!breaker.isOpen)
        #expect(mayAsk(after: 61))
    }

    @Test(
        "dates of answers",
        arguments: [
            ("Fri, 02 Jan 2026 03:04:05 GMT", 1_767_323_045), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("2026-01-02T03:04:05Z", nil),
            ("Fri, 02 Foo 2026 03:04:05 GMT", nil), ("Fri, 02 Jan 2026 03:04:05 CET", nil), ("", nil),
            ("Fri, 31 Feb 2026 03:04:05 GMT", nil),
        ] as [(String, Int?)])
    func dates(text: String, seconds: Int?) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(
        "the name of an error, however it is written",
        arguments: [
            ("ThrottlingException", "ThrottlingException"), ("ThrottlingException:http://x/", "ThrottlingException"),
            ("com.amazon#ThrottlingException", "ThrottlingException"), ("ns#A:http://x#y", "A"), ("", ""), (":", ""),
        ])
    func names(type: String, name: String) {
        #expect(ServiceError.bareName(type) == name)
    }
}
