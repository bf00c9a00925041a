import Proxy
import TestSupport
import Testing

@Suite("When a tunnel ends, and what its client is told")
struct TunnelTests {
    /// A server's frame; `length` bytes of payload.
    private static func frame(_ opcode: UInt8, _ length: Int, isLast: Bool = true) -> [UInt8] {
        var frame = [(isLast ? 0x80 : 0) | opcode]
        switch length {
        case 0...125: frame.append(UInt8(length))
        case 126...65535: frame += [126, UInt8(length >> 8), UInt8(length & 0xFF)]
        default: frame += [127] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * (7 - $0))) }
        }
        // A payload that would be a Close frame, were it read as one.
        return frame + (0..<length).map { $0 % 2 == 0 ? 0x88 : 0 }
    }

    private static let policyViolation: [UInt8] = [0x88, 15, 0x03, 0xF0] + Array("session ended".utf8)

    @Test("bytes of each direction are counted, and put the idle end off")
    func totals() {
        var tunnel = Tunnel(idleTime: 1000, now: 50)
        #expect(tunnel.deadline == 1050)
        tunnel.clientSent(5, now: 100)
        #expect(tunnel.deadline == 1100 && tunnel.deadlineReached(now: 1099) == nil)
        tunnel.backendSent(Self.frame(1, 7).span, now: 200)
        tunnel.backendSent(Self.frame(2, 1).span, now: 300)
        #expect(tunnel.bytesFromClient == 5 && tunnel.bytesFromBackend == 12)
        #expect(tunnel.deadlineReached(now: 1299) == nil && tunnel.deadlineReached(now: 1300) == .idle)
    }

    @Test(
        "a client's end is passed on once; the backend then has ten seconds for each further answer, or the idle time")
    func halfClosed() {
        for (idle, patience) in [(60_000, Tunnel.halfClosedTime), (3000, 3000)] as [(Int64, Int64)] {
            var tunnel = Tunnel(idleTime: idle, now: 0)
            #expect(!tunnel.hasClientEnded && tunnel.clientEnded(now: 100) && tunnel.hasClientEnded)
            #expect(tunnel.deadline == 100 + patience)
            #expect(!tunnel.clientEnded(now: 200) && tunnel.deadline == 100 + patience)
            tunnel.backendSent([0x81, 0].span, now: 500)
            #expect(tunnel.deadline == 500 + patience)
        }
    }

    @Test("a gateway that stops gives a tunnel five seconds, however busy it is, and never more than it had")
    func drain() {
        var tunnel = Tunnel(idleTime: 60_000, now: 0)
        tunnel.drain(now: 1000)
        tunnel.clientSent(1, now: 5999)
        tunnel.drain(now: 5000)
        #expect(tunnel.deadline == 6000)
        #expect(tunnel.deadlineReached(now: 5999) == nil && tunnel.deadlineReached(now: 6000) == .draining)
        var idle = Tunnel(idleTime: 2000, now: 0)
        idle.drain(now: 0)
        #expect(idle.deadline == 2000 && idle.deadlineReached(now: 2000) == .idle)
    }

    @Test("the farewell is a Close frame with the end's code")
    func codes() {
        let tunnel = Tunnel(idleTime: 1, now: 0)
        #expect(tunnel.farewell(.sessionEnded) == Self.policyViolation)
        #expect(tunnel.farewell(.idle) == [0x88, 6, 0x03, 0xE9] + Array("idle".utf8))
        #expect(tunnel.farewell(.draining) == [0x88, 12, 0x03, 0xE9] + Array("going away".utf8))
        #expect(tunnel.farewell(.backendEnded).isEmpty)
    }

    @Test("the farewell stands between frames only, wherever the backend's bytes are cut")
    func boundaries() {
        let frames = [
            Self.frame(1, 0), Self.frame(1, 5, isLast: false), Self.frame(0, 125), Self.frame(9, 3), Self.frame(2, 126),
            Self.frame(2, 300), Self.frame(10, 0), Self.frame(2, 65_536),
        ]
        let bytes = frames.flatMap(\.self)
        var ends = [0]
        for frame in frames { ends.append(ends.last! + frame.count) }
        for cut in 0...700 {
            var tunnel = Tunnel(idleTime: 1, now: 0)
            tunnel.backendSent(bytes.span.extracting(0..<cut), now: 0)
            #expect(tunnel.farewell(.sessionEnded).isEmpty == !ends.contains(cut), "cut at \(cut)")
            tunnel.backendSent(bytes.span.extracting(cut..<bytes.count), now: 0)
            #expect(tunnel.farewell(.sessionEnded) == Self.policyViolation)
        }
        var slow = Tunnel(idleTime: 1, now: 0)
        for (index, byte) in bytes.prefix(700).enumerated() {
            slow.backendSent([byte].span, now: 0)
            #expect(slow.farewell(.sessionEnded).isEmpty == !ends.contains(index + 1), "after \(index + 1)")
        }
    }

    @Test("after the backend's own farewell, or what is no server's frame, there is none")
    func silence() {
        for bytes in [
            Self.frame(8, 2), Self.frame(1, 1) + Self.frame(8, 0), [0x81, 0x80],
            [0x81, 127] + [UInt8](repeating: 0xFF, count: 8),
        ] {
            var tunnel = Tunnel(idleTime: 1, now: 0)
            tunnel.backendSent(bytes.span, now: 0)
            #expect(tunnel.farewell(.sessionEnded).isEmpty, "\(bytes)")
            tunnel.backendSent([0].span, now: 0)
            #expect(tunnel.farewell(.sessionEnded).isEmpty, "\(bytes)")
        }
    }
}
