import HTTP1
import HTTP2
import Wire

/// Bytes behind a client's preface, as they arrive in pieces: every request told of is one whole head, every body lies in the bytes that
/// were given, and no event comes of a stream that was not announced or has closed.
enum HTTP2FramesProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        contradiction(in: input, cutAt: []) ?? contradiction(in: input, cutAt: cuts(of: input, count: 5))
    }

    private static func contradiction(in input: [UInt8], cutAt cuts: [Int]) -> String? {
        var settings = HTTP2Settings()
        settings.allowsExtendedConnect = true
        let session = HTTP2Session(settings: settings)
        var observer = Observer(session: session)
        if let fault = observer.receive(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)) { return fault }
        var start = 0
        for end in cuts + [input.count] {
            if let fault = observer.receive(Array(input[start..<end])) { return fault }
            start = end
        }
        return nil
    }
}

/// Takes a session's events, and answers every request, as an owner would.
private struct Observer {
    let session: HTTP2Session
    private var open: Set<Int> = []
    private var now: Int64 = 1000

    init(session: HTTP2Session) { self.session = session }

    mutating func receive(_ bytes: [UInt8]) -> String? {
        now += 1
        bytes.withUnsafeBytes { session.receive($0, now: now) }
        if let fault = drain(bytes.count) { return fault }
        session.pump(now: now)
        if let fault = drain(0) { return fault }
        session.consumeOutput(session.output.count)
        guard open.count <= session.openStreams else { return "streams are open that the session does not know" }
        return nil
    }

    private mutating func drain(_ count: Int) -> String? {
        while let event = session.nextEvent() {
            switch event {
            case .request(let slot, let head, _):
                guard open.insert(slot).inserted else { return "a slot begins twice" }
                let bytes = session.withHeads { $0.bytes(head) }
                guard case .complete(bytes.count) = HeadScan(bytes) else { return "a request is not one head" }
                answer(slot)
            case .refused(let slot, _):
                guard open.insert(slot).inserted else { return "a slot begins twice" }
                answer(slot)
            case .body(let slot, let range):
                guard open.contains(slot) else { return "a body without a request" }
                guard range.upperBound <= count else { return "a body beyond the bytes that came" }
                session.consumed(Int(range.count), ofSlot: slot)
            case .ended(let slot):
                guard open.contains(slot) else { return "an end without a request" }
            case .closed(let slot, _):
                guard open.remove(slot) != nil else { return "a stream closes that was not told of" }
            }
        }
        return nil
    }

    private func answer(_ slot: Int) {
        session.beginResponse()
        session.submitResponse(slot: slot, status: 200, hasBody: true)
        Array("answer".utf8).withUnsafeBytes { session.sendBody($0, slot: slot) }
        session.endBody(slot: slot)
    }
}
