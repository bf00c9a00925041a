import Foundation
import Glibc
import Testing

@testable import Operations

/// Nobody who looks at a log may stop who writes it.
@Suite(.timeLimit(.minutes(1))) struct LineSinkTests {
    /// A pipe's two ends.
    private func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    private func readAll(_ descriptor: CInt) -> String {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func whatIsReadIsWhole() throws {
        let pipe = try pipe()
        let sink = LineSink(descriptor: pipe.write)
        for number in 1...100 { sink.write("line \(number)") }
        #expect(readAll(pipe.read) == (1...100).map { "line \($0)\n" }.joined())
        close(pipe.read)
        close(pipe.write)
    }

    @Test func aReaderThatStopsStopsNobodyAndIsToldHowMuchItMissed() throws {
        let pipe = try pipe()
        let sink = LineSink(descriptor: pipe.write)
        for number in 1...10_000 { sink.write("line \(number)") }
        let first = readAll(pipe.read).split(separator: "\n", omittingEmptySubsequences: false)
        let whole = first.dropLast()
        #expect(whole.count > 1_000 && whole.enumerated().allSatisfy { $1 == "line \($0 + 1)" })
        sink.write("read again")
        let last = readAll(pipe.read).split(separator: "\n")
        #expect(last == ["… \(10_000 - whole.count) lines were dropped, as nobody read them.", "read again"])
        // The descriptor itself is as it was: others share it.
        #expect(fcntl(pipe.write, F_GETFL) & O_NONBLOCK == 0)
        close(pipe.read)
        close(pipe.write)
    }

    @Test func socketsAndFilesAreWrittenToo() throws {
        var ends: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let sink = LineSink(descriptor: ends[0])
        for _ in 1...10_000 { sink.write("to a journal that does not read") }
        #expect(readAll(ends[1]).hasPrefix("to a journal that does not read\n"))
        close(ends[0])
        close(ends[1])
        let folder = TemporaryFolder()
        let file = open(folder("log"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        LineSink(descriptor: file).write("to a file")
        close(file)
        #expect(try folder.text("log") == "to a file\n")
    }
}
