import HTTP2
import HTTP2Testing
import TestSupport
import Testing

/// A whole session against frames as a client sends them.
@Suite(.ownThread) struct HTTP2SessionTests {
    private let post = FrameBytes.request("POST")

    @Test func theServerSpeaksFirst() throws {
        let server = TestServer(opens: false)
        server.pump()
        let settings = try #require(server.takeFrames().first)
        #expect(settings.isA(.settings) && settings.flags == 0)
        var entries: [UInt32: UInt32] = [:]
        for offset in stride(from: 0, to: settings.payload.count, by: 6) {
            entries[UInt32(settings.payload[offset + 1])] = settings.number(at: offset + 2)
        }
        #expect(entries == [3: 128, 4: 256 * 1024, 6: 80 * 1024])
    }

    @Test func extendedConnectIsOfferedWhereAllowed() {
        var settings = HTTP2Settings()
        settings.allowsExtendedConnect = true
        let server = TestServer(settings, opens: false)
        server.pump()
        #expect(server.takeFrames()[0].payload.suffix(6) == [0, 8, 0, 0, 0, 1])
    }

    @Test func aRequestAndItsResponse() throws {
        let server = TestServer()
        server.receive(FrameBytes.get(1, "/x"))
        #expect(server.events == ["request 0 ends"])
        #expect(server.heads == ["GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"])
        _ = server.takeFrames()
        server.respond(0, 200, [("Content-Type", "text/plain"), ("Set-Cookie", "a=b")], body: "hello")
        let frames = server.takeFrames()
        #expect(server.fields(frames[0]) == [":status: 200", "content-type: text/plain", "set-cookie: a=b !"])
        #expect(frames[1].payload == Array("hello".utf8) && frames[1].flags == FrameBytes.endStream)
        #expect(server.events.last == "closed 0 0")
        #expect(server.session.openStreams == 0)
    }

    @Test func aResponseWithoutBodyEndsWithItsHead() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        _ = server.takeFrames()
        server.respond(0, 304)
        let frames = server.takeFrames()
        #expect(frames.count == 1 && frames[0].flags & FrameBytes.endStream != 0)
    }

    @Test func fieldsOfAConnectionAreLeftOut() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        _ = server.takeFrames()
        server.respond(
            0, 204,
            ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Proxy-Connection", "Trailer"].map {
                ($0, "x")
            }
                + [("X-Kept", "y")])
        #expect(server.fields(server.takeFrames()[0]) == [":status: 204", "x-kept: y"])
    }

    @Test func interimResponsesComeBefore() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        _ = server.takeFrames()
        server.session.beginResponse()
        server.session.submitInterimResponse(slot: 0, status: 103)
        server.session.beginResponse()
        server.session.submitInterimResponse(slot: 0, status: 101)
        server.respond(0, 200)
        let frames = server.takeFrames()
        #expect(frames.map { server.fields($0) } == [[":status: 103"], [":status: 200"]])
        #expect(frames[0].flags & FrameBytes.endStream == 0)
    }

    @Test func trailersFollowTheBody() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        _ = server.takeFrames()
        server.session.beginResponse()
        server.session.submitResponse(slot: 0, status: 200, hasBody: true)
        [UInt8(1), 2].withUnsafeBytes { server.session.sendBody($0, slot: 0) }
        server.session.endBody(slot: 0, trailers: [HeaderText(name: "grpc-status", value: "0")])
        server.pump()
        let frames = server.takeFrames()
        #expect(frames.map(\.kind) == [1, 0, 1])
        #expect(frames[1].flags & FrameBytes.endStream == 0 && frames[2].flags & FrameBytes.endStream != 0)
        _ = server.fields(frames[0])
        #expect(server.fields(frames[2]) == ["grpc-status: 0"])
    }

    // MARK: Bodies and windows

    @Test func bodiesComeInPiecesThatWereNotCopied() {
        let server = TestServer()
        server.receive(
            FrameBytes.headers(1, post, ends: false) + FrameBytes.data(1, [1, 2], ends: false)
                + FrameBytes.frame(.data, flags: 0x8, stream: 1, [2, 3, 0, 0]) + FrameBytes.data(1, [4]))
        #expect(server.bodies[0] == [1, 2, 3, 4])
        #expect(server.events == ["request 0", "ended 0"])
    }

    @Test func trailersOfARequestAreDroppedAndValid() {
        let server = TestServer()
        server.receive(FrameBytes.headers(1, post, ends: false) + FrameBytes.headers(1, [("x-amzn-oidc-data", "x")]))
        #expect(server.events == ["request 0", "ended 0"])
        server.receive(FrameBytes.headers(3, post, ends: false) + FrameBytes.headers(3, [("x", "a\rb")]))
        #expect(server.events.suffix(2) == ["request 1", "closed 1 1"])
        #expect(server.resetCodes == [1])
    }

    @Test func theClientMaySendWhatTheBackendTook() {
        let server = TestServer()
        server.receive(FrameBytes.frame(.settings, flags: FrameBytes.acknowledgement))
        server.receive(FrameBytes.headers(1, post, ends: false))
        _ = server.takeFrames()
        let piece = FrameBytes.data(1, [UInt8](repeating: 0, count: 16_384), ends: false)
        for _ in 0..<16 { server.receive(piece) }
        #expect(!server.takeFrames().contains { $0.isA(.windowUpdate) }, "nothing was taken yet")
        server.session.consumed(200 * 1024, ofSlot: 0)
        server.pump()
        let updates = server.takeFrames().filter { $0.isA(.windowUpdate) && $0.stream == 1 }
        #expect(updates.map { $0.number(at: 0) } == [200 * 1024])
    }

    @Test func aClientThatIgnoresTheWindowIsReset() {
        let server = TestServer()
        server.receive(FrameBytes.frame(.settings, flags: FrameBytes.acknowledgement))
        server.receive(FrameBytes.headers(1, post, ends: false))
        for _ in 0..<16 { server.receive(FrameBytes.data(1, [UInt8](repeating: 0, count: 16_384), ends: false)) }
        #expect(server.resetCodes.isEmpty)
        server.receive(FrameBytes.data(1, [0], ends: false))
        #expect(server.resetCodes == [3])
        for _ in 0..<20 { server.receive(FrameBytes.data(1, [UInt8](repeating: 0, count: 16_384), ends: false)) }
        #expect(server.bodies[0]!.count <= 272 * 1024, "one frame too much at most")
    }

    @Test func aResponseWaitsForItsWindow() {
        let server = TestServer(opens: false)
        server.receive(FrameBytes.preface + FrameBytes.settings([(4, 10)]) + FrameBytes.get(1))
        _ = server.takeFrames()
        server.respond(0, body: String(repeating: "x", count: 25))
        let sent = { server.takeFrames().filter { $0.isA(.data) }.map(\.payload.count) }
        #expect(sent() == [10])
        #expect(server.session.waiting(slot: 0) == 15)
        server.receive(FrameBytes.windowUpdate(1, 10))
        #expect(sent() == [10])
        #expect(server.session.stalledSlot(before: server.now) == nil)
        server.now += 5000
        #expect(server.session.stalledSlot(before: server.now) == 0)
        server.receive(FrameBytes.windowUpdate(1, 10))
        #expect(sent() == [5])
        #expect(server.events.last == "closed 0 0")
    }

    @Test func aBodyThatComesLaterIsResumed() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        server.session.beginResponse()
        server.session.submitResponse(slot: 0, status: 200, hasBody: true)
        server.pump()
        _ = server.takeFrames()
        for text in ["ab", "c"] {
            Array(text.utf8).withUnsafeBytes { server.session.sendBody($0, slot: 0) }
            server.pump()
            #expect(server.takeFrames().map(\.payload) == [Array(text.utf8)])
        }
        server.session.endBody(slot: 0)
        server.pump()
        #expect(server.takeFrames().map(\.flags) == [FrameBytes.endStream])
    }

    @Test func outputIsMadeUpToTheLimitOnly() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        server.session.beginResponse()
        server.session.submitResponse(slot: 0, status: 200, hasBody: true)
        [UInt8](repeating: 0, count: 60_000).withUnsafeBytes { server.session.sendBody($0, slot: 0) }
        server.session.pump(limit: 20_000, now: 0)
        #expect((20_000..<40_000).contains(server.session.output.count))
        #expect(server.session.wantsToSend)
    }

    /// Attack 91: a body that is not as long as it was said to be.
    @Test func aBodyOfAnotherLengthIsReset() {
        let length = post + [("content-length", "3")]
        for frames in [
            FrameBytes.headers(1, length), FrameBytes.headers(1, length, ends: false) + FrameBytes.data(1, [1, 2]),
            FrameBytes.headers(1, length, ends: false) + FrameBytes.data(1, [1, 2, 3, 4]),
        ] {
            let server = TestServer()
            server.receive(frames)
            #expect(server.resetCodes == [1])
            #expect(!server.events.contains { $0.hasPrefix("ended") })
        }
    }

    // MARK: Faults

    @Test func malformedRequestsAreReset() {
        for fields in [
            FrameBytes.request("GET", "/a b"), FrameBytes.request("GET", "/\r\nx"), FrameBytes.request("GET", "/#"),
            FrameBytes.request() + [("connection", "close")], FrameBytes.request() + [("A", "b")],
            FrameBytes.request() + [("host", "other")], FrameBytes.request("GET", "x"),
            FrameBytes.request(scheme: "http"),
            FrameBytes.request("CONNECT") + [(":protocol", "websocket")],  // attack 96: not offered
        ] {
            let server = TestServer()
            server.receive(FrameBytes.headers(1, fields))
            #expect(server.resetCodes == [1], "\(fields)")
            #expect(server.events.isEmpty)
            server.receive(FrameBytes.get(3))
            #expect(server.events == ["request 0 ends"], "the connection goes on")
        }
    }

    @Test func longHeadsAreRefusedOnTheirStream() {
        let server = TestServer()
        var block = FrameBytes.block(FrameBytes.request())
        block += (0..<40).flatMap { FrameBytes.block([("x-\($0)", String(repeating: "a", count: 2000))]) }
        var frames = FrameBytes.frame(.headers, flags: FrameBytes.endStream, stream: 1, Array(block.prefix(16_000)))
        var rest = Array(block.dropFirst(16_000))
        while !rest.isEmpty {
            let isLast = rest.count <= 16_000
            frames += FrameBytes.frame(
                .continuation, flags: isLast ? FrameBytes.endHeaders : 0, stream: 1, Array(rest.prefix(16_000)))
            rest = Array(rest.dropFirst(16_000))
        }
        server.receive(frames + FrameBytes.get(3))
        #expect(server.events == ["refused 0 fieldsTooLong", "request 1 ends"])
    }

    /// Attack 103: bytes that stand for a whole field each.
    @Test func compressedFieldsThatGrowAreRefused() {
        let server = TestServer()
        let value = String(repeating: "a", count: 3900)
        // The first request puts the field into the table; 62 is then its index.
        server.receive(
            FrameBytes.frame(
                .headers, flags: 0x5, stream: 1,
                FrameBytes.block(FrameBytes.request()) + FrameBytes.indexedField("x", value)))
        let bomb = FrameBytes.block(FrameBytes.request()) + [UInt8](repeating: 0xBE, count: 16)
        var bombs: [UInt8] = []
        for stream in 1...120 { bombs += FrameBytes.frame(.headers, flags: 0x5, stream: Int32(stream * 2 + 1), bomb) }
        server.receive(bombs)
        let heads = server.heads.reduce(0) { $0 + $1.utf8.count }
        #expect(heads <= 1024 * 1024 + 64 * 1024)
        #expect(server.resetCodes.allSatisfy { $0 == 7 || $0 == 11 })
        let huge = FrameBytes.block(FrameBytes.request()) + [UInt8](repeating: 0xBE, count: 16_000)
        let other = TestServer()
        other.receive(
            FrameBytes.frame(
                .headers, flags: 0x5, stream: 1,
                FrameBytes.block(FrameBytes.request()) + FrameBytes.indexedField("x", value)))
        other.receive(FrameBytes.frame(.headers, flags: 0x5, stream: 3, huge))
        #expect(other.events.last == "refused 1 fieldsTooLong")
    }

    @Test func whatIsNoHTTP2IsEnded() {
        let server = TestServer(opens: false)
        server.receive(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(server.goAwayCode == 1)
        #expect(server.session.isFinished)
    }

    /// What the protocol library passes over and RFC 9113 §5.1 calls an error of the connection.
    @Test func framesOnEndedStreamsEndTheConnection() {
        let upload = FrameBytes.headers(1, post, ends: false)
        let get = FrameBytes.get(1)
        let data = FrameBytes.data(1, [1])
        let reset = upload + FrameBytes.reset(1)
        let cases: [([UInt8], UInt32)] = [
            (reset + data, 5), (reset + get, 5), (get + data, 5), (get + get, 5),
            (FrameBytes.get(5) + FrameBytes.get(3), 1),
        ]
        for (frames, code) in cases {
            let server = TestServer()
            server.receive(frames)
            #expect(server.goAwayCode == code)
            let answered = TestServer()
            answered.receive(FrameBytes.get(1))
            answered.respond(0)
            answered.receive(FrameBytes.data(1, [1]))
            #expect(answered.goAwayCode == 5)
        }
    }

    // MARK: Floods

    /// Attack 98. What is reset in the same read leads to nothing; in reads of its own it is counted.
    @Test func rapidResetsMakeNoWork() {
        let server = TestServer()
        var frames: [UInt8] = []
        for stream in 0..<200 {
            frames += FrameBytes.get(Int32(stream * 2 + 1)) + FrameBytes.reset(Int32(stream * 2 + 1))
        }
        server.receive(frames)
        #expect(server.events.isEmpty)
        var requests = 200
        while server.goAwayCode == nil, requests < 10_000 {
            server.receive(FrameBytes.get(Int32(requests * 2 + 1)))
            server.receive(FrameBytes.reset(Int32(requests * 2 + 1)))
            requests += 1
        }
        #expect(requests < 300)
        #expect(server.goAwayCode == 11)
    }

    /// Attack 100: faults that make the server reset.
    @Test func madeResetsAreCounted() {
        let server = TestServer()
        var requests = 0
        while server.goAwayCode == nil, requests < 10_000 {
            let stream = Int32(requests * 2 + 1)
            server.receive(FrameBytes.get(stream) + FrameBytes.windowUpdate(stream, 0))
            requests += 1
        }
        #expect(requests < 200)
        #expect(server.session.isFinished)
    }

    @Test func tooManyStreamsAreRefused() {
        var settings = HTTP2Settings()
        settings.maximumStreams = 4
        let server = TestServer(settings)
        var frames: [UInt8] = []
        for stream in 0..<6 { frames += FrameBytes.get(Int32(stream * 2 + 1)) }
        server.receive(frames)
        #expect(server.events.filter { $0.hasPrefix("request") }.count == 4)
        #expect(server.resetCodes == [7, 7] || server.goAwayCode == 1)
    }

    @Test func pingsAreAnsweredUntilTheyAreTooMany() {
        let server = TestServer()
        let ping = FrameBytes.frame(.ping, [1, 2, 3, 4, 5, 6, 7, 8])
        server.receive(ping)
        #expect(server.takeFrames().last?.payload == [1, 2, 3, 4, 5, 6, 7, 8])
        for _ in 0..<100 { server.receive(ping) }
        #expect(server.goAwayCode == 11)
    }

    // MARK: Ending

    @Test func aSessionEndsGracefully() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        _ = server.takeFrames()
        server.session.shutDown()
        server.pump()
        let notice = server.takeFrames()
        #expect(notice.map(\.kind) == [7, 6])
        #expect(notice[0].number(at: 0) == 0x7FFF_FFFF)
        server.receive(FrameBytes.get(3))  // it did not know yet
        server.receive(FrameBytes.frame(.ping, flags: 1, [UInt8](repeating: 0, count: 8)))
        #expect(server.takeFrames().first { $0.isA(.goAway) }?.number(at: 0) == 3)
        server.receive(FrameBytes.get(5))
        #expect(server.slots.count == 2, "what comes after is not looked at")
        server.respond(0)
        #expect(!server.session.isFinished)
        server.respond(1)
        #expect(server.session.isFinished)
    }

    @Test func theLastRequestIsAnswered() {
        var settings = HTTP2Settings()
        settings.maximumRequests = 3
        let server = TestServer(settings)
        for request in 0..<3 {
            server.receive(FrameBytes.get(Int32(request * 2 + 1)))
            #expect(server.session.isShuttingDown == (request == 2))
            server.respond(0, body: "x")
        }
        server.session.finishShutdown()
        server.pump()
        #expect(server.events.filter { $0 == "closed 0 0" }.count == 3)
        #expect(server.session.isFinished)
    }

    @Test func resetsOfBothSidesCloseTheStream() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        server.receive(FrameBytes.reset(1, code: 8))
        #expect(server.events.last == "closed 0 8")
        server.receive(FrameBytes.get(3))
        server.session.reset(slot: 0, .internalError)
        server.pump()
        #expect(server.events.last == "closed 0 2")
        // A stream that is gone takes nothing, and its slot's next stream nothing of it.
        server.receive(FrameBytes.get(5))
        server.respond(0, body: "z")
        #expect(server.takeFrames().last?.payload == Array("z".utf8))
    }

    @Test func trimmedSessionsGoOn() {
        let server = TestServer()
        server.receive(FrameBytes.get(1))
        server.respond(0, body: "x")
        server.session.trim()
        server.receive(FrameBytes.get(3))
        server.session.trim()
        server.respond(0, body: "y")
        #expect(server.events.suffix(2) == ["request 0 ends", "closed 0 0"])
    }

    /// However the bytes are cut, the same happens.
    @Test func cutsChangeNothing() {
        let bytes =
            FrameBytes.opening + FrameBytes.get(1, "/a", [("cookie", "x=1"), ("cookie", "y=2")])
            + FrameBytes.headers(3, post, ends: false) + FrameBytes.data(3, [1, 2, 3], ends: false)
            + FrameBytes.get(5, "/bad path") + FrameBytes.data(3, [4])
        let expected = ["request 0 ends", "request 1", "ended 1"]
        for cut in 1..<bytes.count {
            let server = TestServer(opens: false)
            server.receive(Array(bytes[..<cut]))
            server.receive(Array(bytes[cut...]))
            #expect(server.events == expected, "cut at \(cut)")
            #expect(server.bodies[1] == [1, 2, 3, 4])
            #expect(server.heads[0].hasSuffix("cookie: x=1; y=2\r\n\r\n"))
            #expect(server.resetCodes == [1])
        }
        let server = TestServer(opens: false)
        for byte in bytes { server.receive([byte]) }
        #expect(server.events == expected)
        #expect(server.heads.count == 2)
    }
}
