import TestSupport
import Testing
import Wire

@testable import OutboundHTTP

@Suite("Answers are read the same in whatever pieces they come") struct ResponseCollectorTests {
    private static let answers = [
        "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nT: v\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello more",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhexx", "HTTP/9 200\r\n\r\n", "HTTP/1.1 200 OK\n\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
    ]

    /// What comes of `text` in these pieces, and of the end of the connection if it is not over before.
    private func outcome(_ text: [UInt8], cutAt cuts: [Int]) -> ResponseCollector.Step {
        var collector = ResponseCollector(limit: 5)
        var start = 0
        for cut in cuts + [text.count] where cut > start {
            let step = Array(text[start..<cut]).withUnsafeBufferPointer {
                collector.received(Span(_unsafeElements: $0))
            }
            start = cut
            switch step {
            case .needMore: continue
            // Whether more was sent than belongs to it depends on the pieces; the connection is not kept then.
            case .complete(let response, _): return .complete(response, keepsAlive: false)
            case .failed: return step
            }
        }
        return collector.ended()
    }

    @Test("cut at every byte, and in two places", arguments: answers) func pieces(answer: String) {
        let text = Array(answer.utf8)
        let whole = outcome(text, cutAt: [])
        #expect(outcome(text, cutAt: Array(0..<text.count)) == whole)
        for first in 0..<text.count {
            #expect(outcome(text, cutAt: [first]) == whole, "cut at \(first)")
            for second in first..<min(text.count, first + 8) {
                #expect(outcome(text, cutAt: [first, second]) == whole, "cut at \(first) and \(second)")
            }
        }
    }

    @Test("whatever bytes come, reading ends, and no body is longer than allowed") func noise() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            var text = Array(Self.answers[random.below(Self.answers.count)].utf8)
            for _ in 0...random.below(4) {
                switch random.below(3) {
                case 0: text[random.below(text.count)] = UInt8(random.below(256))
                case 1: text.insert(UInt8(random.below(256)), at: random.below(text.count))
                default: text.remove(at: random.below(text.count))
                }
            }
            let cut = random.below(text.count)
            let whole = outcome(text, cutAt: [])
            #expect(outcome(text, cutAt: [cut]) == whole)
            if case .complete(let response, _) = whole { #expect(response.body.count <= 5 && response.status >= 200) }
        }
    }
}
