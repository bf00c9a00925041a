import HTTP1
import HTTP2
import HTTP2Testing
import Wire

/// A session and what it said, driven as an owner would.
final class TestServer {
    let session: HTTP2Session
    var now: Int64 = 1000
    private var buffer: [UInt8] = []
    private(set) var frames: [ReceivedFrame] = []
    private(set) var events: [String] = []
    /// Slots in the order of their requests.
    private(set) var slots: [Int] = []
    /// Bodies by slot.
    private(set) var bodies: [Int: [UInt8]] = [:]
    private(set) var heads: [String] = []
    private let inflater = FieldInflater()

    init(_ settings: HTTP2Settings = HTTP2Settings(), opens: Bool = true) {
        session = HTTP2Session(settings: settings)
        if opens { receive(FrameBytes.opening) }
    }

    /// Receives bytes and sends what follows from them.
    func receive(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { session.receive($0, now: now) }
        drain(bytes)
        pump()
    }

    func pump() {
        session.pump(now: now)
        drain([])
        buffer += session.output
        session.consumeOutput(session.output.count)
        frames += ReceivedFrame.take(from: &buffer)
    }

    private func drain(_ bytes: [UInt8]) {
        while let event = session.nextEvent() {
            switch event {
            case .request(let slot, let head, let ends):
                slots.append(slot)
                bodies[slot] = []
                heads.append(session.withHeads { $0.text(head) })
                events.append("request \(slot)\(ends ? " ends" : "")")
            case .refused(let slot, let refusal):
                slots.append(slot)
                events.append("refused \(slot) \(refusal)")
            case .body(let slot, let range):
                bodies[slot, default: []] += bytes[range.lowerBound..<range.upperBound]
            case .ended(let slot): events.append("ended \(slot)")
            case .closed(let slot, let code): events.append("closed \(slot) \(code.rawValue)")
            }
        }
    }

    /// Answers with these fields and body.
    func respond(_ slot: Int, _ status: Int = 200, _ fields: [(String, String)] = [], body: String? = nil) {
        session.beginResponse()
        for (name, value) in fields {
            let bytes = Array((name + value).utf8)
            session.addField(
                bytes.span, name: ByteRange(0, name.utf8.count), value: ByteRange(name.utf8.count, bytes.count))
        }
        session.submitResponse(slot: slot, status: status, hasBody: body != nil)
        if let body {
            Array(body.utf8).withUnsafeBytes { session.sendBody($0, slot: slot) }
            session.endBody(slot: slot)
        }
        pump()
    }

    func takeFrames() -> [ReceivedFrame] {
        defer { frames = [] }
        return frames
    }

    func fields(_ frame: ReceivedFrame) -> [String] {
        inflater.fields(frame.payload)?.map { "\($0.name): \($0.value)\($0.isSensitive ? " !" : "")" } ?? ["unreadable"]
    }

    /// The code of the GOAWAY or RST_STREAM that was sent, if any.
    var goAwayCode: UInt32? { frames.last { $0.isA(.goAway) }?.code }
    var resetCodes: [UInt32] { frames.filter { $0.isA(.reset) }.compactMap(\.code) }
}

/// The bridge over text.
func bridge(
    _ fields: [(String, String)], ends: Bool = true, limits: HeadLimits = HeadLimits()
) -> (outcome: RequestHeadBridge.Outcome, text: String) {
    bridge(raw: fields.map { (Array($0.utf8), Array($1.utf8)) }, ends: ends, limits: limits)
}

func bridge(
    raw fields: [([UInt8], [UInt8])], ends: Bool = true, limits: HeadLimits = HeadLimits()
) -> (outcome: RequestHeadBridge.Outcome, text: String) {
    var bridge = RequestHeadBridge(limits: limits)
    var arena = Array("earlier".utf8)
    bridge.begin(in: arena)
    for (name, value) in fields { bridge.add(name: name.span, value: value.span, to: &arena) }
    let outcome = bridge.end(endsStream: ends, in: &arena)
    return (outcome, String(decoding: arena.dropFirst(7), as: UTF8.self))
}
