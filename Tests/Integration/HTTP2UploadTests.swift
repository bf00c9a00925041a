import Foundation
import HTTP2Testing
import ProcessTesting
import Testing

@Suite(
    "Uploads over HTTP/2 whose backends take nothing hold up no other stream, and take bounded memory", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct HTTP2UploadTests {
    /// A client that sends body bytes only as its windows allow.
    private final class Uploader {
        static let streamWindow = 256 * 1024
        /// The gateway counts on its windows once the client has confirmed them (RFC 9113 §6.5.3).
        static let knowsSettings = FrameBytes.frame(.settings, flags: FrameBytes.acknowledgement)
        let client: HTTP2Client
        private var sent: [Int32: Int] = [:]

        init(_ client: HTTP2Client) { self.client = client }

        var total: Int { sent.values.reduce(0, +) }

        func open(_ stream: Int32, _ path: String) async throws {
            sent[stream] = 0
            try await client.send(FrameBytes.headers(stream, FrameBytes.request("POST", path), ends: false))
        }

        /// Bytes that the stream may carry now: RFC 9113 §6.9.
        private func room(_ stream: Int32) -> Int {
            let updates = client.frames.filter { $0.isA(.windowUpdate) }
            func granted(_ stream: Int32) -> Int {
                updates.filter { $0.stream == stream }.reduce(0) { $0 + Int($1.number(at: 0)) }
            }
            return min(
                65_535 + granted(0) - total, Self.streamWindow + granted(stream) - sent[stream, default: 0])
        }

        /// Sends on the stream until there is no more room for a while.
        func fill(_ stream: Int32) async throws {
            while try await send(16_384, on: stream, patience: .milliseconds(300)) {}
        }

        /// Sends `count` bytes on the stream, as room for them comes. False if there is none for a while.
        func send(_ count: Int, on stream: Int32, patience: Duration = .seconds(2)) async throws -> Bool {
            var rest = count
            while rest > 0 {
                let piece = min(rest, 16_384)
                let room = try? await eventually("room on stream \(stream)", within: patience) {
                    self.room(stream) >= piece ? piece : nil
                }
                guard room != nil else { return false }
                try await client.send(
                    FrameBytes.data(stream, [UInt8](repeating: 0x61, count: piece), ends: false))
                sent[stream, default: 0] += piece
                rest -= piece
            }
            return true
        }
    }

    /// A gateway with a backend that answers, behind `/good`, and one behind which nobody reads.
    private func start() async throws -> (StubServer, StalledSocket, GatewayAlone) {
        let folder = try TemporaryFolder()
        let good = try StubServer(socket: folder.file("good.sock")) { .text("\($0.bodyLength) bytes") }
        let stalled = try StalledSocket(path: folder.file("stalled.sock"))
        let gateway = try await GatewayAlone(folder: folder) { ports in
            """
            Workers: 1
            TargetGroups:
              - {Name: good, Targets: [{Socket: ../good.sock}]}
              - {Name: stalled, Targets: [{Socket: ../stalled.sock}]}
            Listeners:
              - Name: app
                Protocol: HTTPS
                Port: \(ports[0])
                Rules:
                  - Priority: 1
                    Conditions: [{Field: path-pattern, Values: [/good]}]
                    Actions: [{Type: forward, ForwardConfig: {TargetGroupName: good}}]
                DefaultActions: [{Type: forward, ForwardConfig: {TargetGroupName: stalled}}]
            """
        }
        return (good, stalled, gateway)
    }

    @Test(
        "eight uploads stand still with full windows, twice what the connection's would hold, and the ninth goes through"
    )
    func others() async throws {
        let (good, stalled, gateway) = try await start()
        let uploader = Uploader(try await HTTP2Client.open(gateway, Uploader.knowsSettings))
        for stream in stride(from: Int32(1), to: 17, by: 2) {
            try await uploader.open(stream, "/stalled")
            try await uploader.fill(stream)
        }
        #expect(uploader.total > 8 * Uploader.streamWindow)
        try await uploader.open(17, "/good")
        #expect(try await uploader.send(1 << 20, on: 17, patience: .seconds(10)))
        try await uploader.client.send(FrameBytes.data(17, []))
        #expect(try await uploader.client.answer(17).text == "\(1 << 20) bytes")
        #expect(good.requests.map(\.bodyLength) == [1 << 20])
        await uploader.client.connection.close()
        _ = try await gateway.program.stop()
        withExtendedLifetime(stalled) {}
    }

    @Test("a hundred and twenty that stand still are taken no more of than the streams may hold together")
    func bounded() async throws {
        let (_, stalled, gateway) = try await start()
        let before = try gateway.program.residentKiB()
        let uploader = Uploader(try await HTTP2Client.open(gateway, Uploader.knowsSettings))
        let streams = (0..<120).map { Int32($0 * 2 + 1) }
        for stream in streams { try await uploader.open(stream, "/stalled") }
        // The system keeps some 200 KiB for each backend, which is not the gateway's memory: the second window is.
        for _ in 0..<2 {
            for stream in streams {
                guard try await uploader.send(Uploader.streamWindow, on: stream) else { break }
            }
        }
        let growth = try gateway.program.residentKiB() - before
        #expect(uploader.total < 48 << 20, "of 60 MiB offered \(uploader.total) bytes were taken")
        #expect(growth < 32 * 1024, "\(growth) KiB for \(uploader.total) bytes")
        await uploader.client.connection.close()
        _ = try await gateway.program.stop()
        withExtendedLifetime(stalled) {}
    }

    @Test(
        "a backend that is always a little behind costs no more memory at the end of a long upload",
        arguments: ["--http1.1", "--http2"])
    func slowBackend(_ version: String) async throws {
        let (_, stalled, gateway) = try await start()
        let size = 256 << 20
        let file = gateway.folder.file("zeros")
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: gateway.folder.write("", to: "zeros")))
        try handle.truncate(atOffset: UInt64(size))
        try handle.close()
        stalled.serveSlowly(total: size)
        let before = try gateway.program.residentKiB()
        let answer = try await Curl(caFile: gateway.caFile)(
            "https://localhost:\(gateway.port)/slow", version, "--upload-file", file, "--header", "Expect:")
        #expect(answer.status == 200 && (Int(answer.body) ?? 0) >= size, "\(answer)")
        #expect(try gateway.program.peakKiB() - before < 16 * 1024)
        _ = try await gateway.program.stop()
    }
}
