import Glibc
import Testing

@testable import Operations

@Suite struct LogLineTests {
    @Test func oneReadableLine() {
        let line = LineLogHandler.line(
            time: "T", level: .info, program: "gateway", message: "listening",
            fields: ["port": "8443", "address": "127.0.0.1", "why": "as asked"])
        #expect(line == #"T info gateway: listening address=127.0.0.1 port=8443 why="as asked""#)
        #expect(LineLogHandler.line(time: "T", level: .error, program: nil, message: "x", fields: [:]) == "T error x")
    }

    @Test func whatAPeerSentCannotForgeALineOrReachTheTerminal() {
        let line = LineLogHandler.line(
            time: "T", level: .info, program: "p", message: "a\nb\u{1b}[2J", fields: ["k": "v\r\n\"x\" \u{2028}"])
        #expect(line == #"T info p: a\nb\u{1b}[2J k="v\u{d}\n\"x\" \u{2028}""#)
    }

    @Test func timesAreUTCWithMilliseconds() {
        #expect(LineLogHandler.timestamp(timespec(tv_sec: 0, tv_nsec: 5_999_999)) == "1970-01-01T00:00:00.005Z")
        #expect(LineLogHandler.timestamp(timespec(tv_sec: 1_772_366_399, tv_nsec: 0)) == "2026-03-01T11:59:59.000Z")
    }
}
