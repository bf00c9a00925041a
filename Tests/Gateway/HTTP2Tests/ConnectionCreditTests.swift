import HTTP2Testing
import TestSupport
import Testing

@testable import HTTP2

/// What streams hold costs the connection's window only beyond a limit.
@Suite struct ConnectionCreditTests {
    @Test func theWindowComesBackAtOnceUpToTheLimit() {
        var credit = ConnectionCredit(limit: 100)
        #expect(credit.hold(60) == 60)
        #expect(credit.hold(60) == 40)
        #expect(credit.hold(5) == 0)
        #expect(credit.release(60) == 25)
        #expect(credit.release(60) == 0)
        #expect(credit.release(5) == 0)
        #expect(credit.held == 0)
    }

    /// Whatever comes and goes: nothing is given twice, nothing is lost, and what is out is never more than the limit.
    @Test func whatIsGivenIsWhatCameLessWhatIsWithheld() {
        var random = SplitMix64(seed: 3)
        var credit = ConnectionCredit(limit: 1000)
        var (came, given, held) = (0, 0, 0)
        for _ in 0..<10_000 {
            if held == 0 || Bool.random(using: &random) {
                let count = Int.random(in: 0...400, using: &random)
                came += count
                held += count
                given += credit.hold(count)
            } else {
                let count = Int.random(in: 0...held, using: &random)
                held -= count
                given += credit.release(count)
            }
            #expect(credit.held == held)
            #expect(came - given == max(0, held - 1000))
        }
    }

    /// A stream that stands still keeps its own window, while the connection's goes on for the others.
    @Test func theTwoWindowsAreGivenBackApart() {
        let server = TestServer()
        server.receive(FrameBytes.frame(.settings, flags: FrameBytes.acknowledgement))
        for stream in [Int32(1), 3] {
            server.receive(FrameBytes.headers(stream, FrameBytes.request("POST"), ends: false))
        }
        _ = server.takeFrames()
        func updates() -> [Int32: UInt32] {
            server.pump()
            let frames = server.takeFrames().filter { $0.isA(.windowUpdate) }
            return Dictionary(frames.map { ($0.stream, $0.number(at: 0)) }, uniquingKeysWith: +)
        }
        // The library waits until half of the window is to be given back.
        for (stream, given) in [(1, [:]), (3, [0: 512 * 1024])] as [(Int32, [Int32: UInt32])] {
            for _ in 0..<16 {
                server.receive(FrameBytes.data(stream, [UInt8](repeating: 0, count: 16_384), ends: false))
                server.session.dropped(16_384)
            }
            #expect(updates() == given)
        }
        server.session.streamConsumed(200 * 1024, ofSlot: 0)
        #expect(updates() == [1: 200 * 1024])
    }
}
