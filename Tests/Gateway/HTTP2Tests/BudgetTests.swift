import HTTP2Testing
import Testing
import Wire

@testable import HTTP2

/// The counters against clients that make work without use, each by itself.
@Suite struct BudgetTests {
    @Test func aBudgetIsSpentAndRegained() {
        var budget = EventBudget(burst: 3, perSecond: 2)
        #expect([0, 0, 0, 0].map { budget.spend(at: $0) } == [true, true, true, false])
        #expect(budget.spend(at: 499) == false)
        #expect(budget.spend(at: 500) == true)
        #expect(budget.spend(at: 999) == false)
        #expect(budget.spend(at: 1000) == true)
        // After a long time the burst is back, and no more.
        let later = (0..<5).map { _ in budget.spend(at: 1_000_000) }
        #expect(later == [true, true, true, false, false])
    }

    @Test func smallStepsOfTimeAreNotLost() {
        var budget = EventBudget(burst: 1, perSecond: 10)
        #expect(budget.spend(at: 0) == true)
        var taken = 0
        for now in 1...10_000 where budget.spend(at: Int64(now)) { taken += 1 }
        #expect(taken == 100)
    }

    @Test func aBlockIsLimitedInFramesAndBytes() {
        var block = ContinuationBudget()
        #expect(block.blockBegan(length: 16_384) == true)
        let frames = (0..<ContinuationBudget.frameLimit).map { _ in block.continued(length: 0) }
        #expect(frames.allSatisfy { $0 })
        #expect(block.continued(length: 0) == false)
        #expect(block.blockBegan(length: 10) == true, "the next block begins anew")
        #expect(block.continued(length: ContinuationBudget.byteLimit - 10) == true)
        #expect(block.continued(length: 1) == false)
    }

    @Test func windowUpdatesFollowTheData() {
        var honest = WindowUpdateBudget()
        for _ in 0..<100_000 {
            honest.dataSent()
            #expect(honest.updateReceived(increment: 16_384) == true)
            #expect(honest.updateReceived(increment: 16_384) == true)
        }
        var idle = WindowUpdateBudget()
        #expect((0..<WindowUpdateBudget.allowance).contains { _ in !idle.updateReceived(increment: 1 << 20) })
        var tiny = WindowUpdateBudget()
        #expect(
            (0..<1000).contains { _ in
                tiny.dataSent()
                return !tiny.updateReceived(increment: 1)
            })
    }

    // MARK: Streams

    @Test func aStreamsStandingFollowsWhatTheClientSays() {
        var history = StreamHistory()
        #expect(history.standing(1) == .idle)
        #expect(history.opened(5, endsStream: false) == true)
        #expect(history.standing(5) == .open)
        #expect(history.standing(3) == .forgotten)
        #expect(history.opened(7, endsStream: true) == true)
        #expect(history.standing(7) == .closed(.ended))
        history.closed(7, .resetHere)
        #expect(history.standing(7) == .closed(.resetHere))
        history.closed(5, .resetHere)
        #expect(history.standing(5) == .closed(.resetHere))
        history.closed(5, .resetByClient)
        #expect(history.standing(5) == .closed(.resetByClient))
        history.closed(5, .resetHere)
        #expect(history.standing(5) == .closed(.resetByClient), "what the client said last counts")
    }

    @Test func anOldOpenStreamIsNotForgotten() {
        var history = StreamHistory()
        #expect(history.opened(1, endsStream: false) == true)
        for stream in 1...2000 { #expect(history.opened(Int32(stream * 2 + 1), endsStream: true) == true) }
        #expect(history.standing(1) == .open)
        #expect(history.standing(3) == .forgotten)
        #expect(history.standing(4001) == .closed(.ended))
    }

    @Test func openStreamsAreBounded() {
        var history = StreamHistory()
        let opened = (1...3000).prefix { history.opened(Int32($0 * 2 + 1), endsStream: false) }
        #expect(opened.count == StreamHistory.openLimit)
    }

    // MARK: Frames

    private func verdict(_ bytes: [UInt8], opened: Bool = true) -> FrameGuard.Verdict {
        var frames = FrameGuard()
        if opened { #expect(see(FrameBytes.opening, &frames) == .pass) }
        return see(bytes, &frames)
    }

    private func see(_ bytes: [UInt8], _ frames: inout FrameGuard) -> FrameGuard.Verdict {
        frames.inspect(bytes.span, now: 0)
    }

    private func repeated(_ count: Int, _ frame: (Int32) -> [UInt8]) -> [UInt8] {
        (0..<count).flatMap { frame(Int32($0) * 2 + 1) }
    }

    @Test func honestFramesPass() {
        let upload = FrameBytes.headers(1, FrameBytes.request("POST"), ends: false)
        #expect(
            verdict(
                upload + FrameBytes.data(1, [1, 2], ends: false) + FrameBytes.data(1, [3])
                    + repeated(200) { FrameBytes.get($0 + 2) }) == .pass)
        #expect(verdict(upload + FrameBytes.headers(1, [("x", "y")])) == .pass, "trailers")
    }

    private typealias Frame = @Sendable (Int32) -> [UInt8]

    private static let floods: [(String, Frame)] = [
        ("resets", { FrameBytes.get($0) + FrameBytes.reset($0) }),
        ("pings", { _ in FrameBytes.frame(.ping, [UInt8](repeating: 0, count: 8)) }),
        ("settings", { _ in FrameBytes.settings() }),
        ("empty data", { _ in FrameBytes.data(1, [], ends: false) }),
        ("priorities", { _ in FrameBytes.frame(.priority, stream: 1, [0, 0, 0, 0, 1]) }),
        ("priority updates", { _ in FrameBytes.frame(16, [0, 0, 0, 1]) }),
        ("windows", { _ in FrameBytes.windowUpdate(0, 1 << 16) }),
        ("open streams", { FrameBytes.headers($0, FrameBytes.request("POST"), ends: false) }),
    ]

    @Test func floodsEndTheConnection() {
        for (name, frame) in Self.floods {
            if case .violation(_, .enhanceYourCalm) = verdict(repeated(1500, frame)) {
                #expect(verdict(repeated(20, frame)) == .pass)
            } else {
                Issue.record("\(name) pass")
            }
        }
    }

    @Test func endlessBlocksEndTheConnection() {
        let start = FrameBytes.frame(.headers, stream: 1, [])
        let limit = ContinuationBudget.frameLimit
        let empty = (0...limit).flatMap { _ in FrameBytes.frame(.continuation, stream: 1, []) }
        #expect(verdict(start + empty) == .violation(offset: 9 + limit * 9, .enhanceYourCalm))
        let full = (0..<limit).flatMap { _ in
            FrameBytes.frame(.continuation, stream: 1, [UInt8](repeating: 0, count: 16_384))
        }
        #expect(verdict(start + full) == .pass)
        #expect(verdict(start + full + FrameBytes.frame(.continuation, stream: 1, [0])) != .pass)
    }

    @Test func closedStreamsTakeNothing() {
        let upload = FrameBytes.headers(1, FrameBytes.request("POST"), ends: false)
        let after: [([UInt8], HTTP2ErrorCode)] = [
            (FrameBytes.get(1) + FrameBytes.data(1, [1]), .streamClosed),
            (FrameBytes.get(1) + FrameBytes.get(1), .streamClosed),
            (upload + FrameBytes.reset(1) + FrameBytes.data(1, [1]), .streamClosed),
            (upload + FrameBytes.reset(1) + FrameBytes.get(1), .streamClosed),
            (FrameBytes.get(5) + FrameBytes.get(3), .protocolError),
        ]
        for (bytes, code) in after {
            guard case .violation(_, code) = verdict(bytes) else {
                Issue.record("expected \(code)")
                continue
            }
        }
    }

    @Test func whatWasUnderWayWhenWeResetIsPassedOver() {
        var frames = FrameGuard()
        #expect(see(FrameBytes.opening, &frames) == .pass)
        #expect(see(FrameBytes.headers(1, FrameBytes.request("POST"), ends: false), &frames) == .pass)
        frames.streamReset(1)
        #expect(see(FrameBytes.data(1, [1]), &frames) == .pass)
        #expect(see(FrameBytes.reset(1), &frames) == .pass)
        #expect(see(FrameBytes.data(1, [1]), &frames) != .pass, "but nothing after the client's own reset")
    }

    /// However the bytes are cut, the same frame is blamed.
    @Test func cutsChangeNothing() {
        let bytes =
            FrameBytes.opening + FrameBytes.get(1) + FrameBytes.headers(3, FrameBytes.request("POST"), ends: false)
            + FrameBytes.data(3, [1, 2, 3]) + FrameBytes.reset(1) + FrameBytes.data(1, [9])
        let bad = bytes.count - FrameBytes.data(1, [9]).count
        for cut in 0...bytes.count {
            var frames = FrameGuard()
            let first = see(Array(bytes[..<cut]), &frames)
            if case .violation(let offset, let code) = first {
                #expect(offset == bad && code == .streamClosed)
            } else {
                let second = see(Array(bytes[cut...]), &frames)
                #expect(second == .violation(offset: max(0, bad - cut), .streamClosed))
            }
        }
        var frames = FrameGuard()
        let verdicts = bytes.map { see([$0], &frames) }
        #expect(verdicts.firstIndex { $0 != .pass } == bad + 8)
    }
}
