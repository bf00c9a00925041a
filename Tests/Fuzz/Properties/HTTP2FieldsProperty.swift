import HTTP1
import HTTP2
import Wire

/// A field block of HTTP/2, as HPACK gives it: whatever comes out of the bridge is one head, scanned and read as what was sent, with no
/// field that was not. The input is fields behind one another, each a name, 0xFF, a value and 0xFE, and first a byte whose lowest bit says
/// whether a body follows.
enum HTTP2FieldsProperty {
    static func contradiction(in input: [UInt8]) -> String? {
        guard let first = input.first else { return nil }
        let endsStream = first & 1 == 0
        let fields = input.dropFirst().split(separator: 0xFE, omittingEmptySubsequences: true).map { line in
            let parts = line.split(separator: 0xFF, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) }
            return (name: parts[0], value: parts.count > 1 ? parts[1] : [])
        }
        var arena = Array("left from before".utf8)
        let before = arena
        var bridge = RequestHeadBridge()
        bridge.begin(in: arena)
        for field in fields { bridge.add(name: field.name.span, value: field.value.span, to: &arena) }
        let outcome = bridge.end(endsStream: endsStream, in: &arena)
        guard Array(arena.prefix(before.count)) == before else { return "the arena's beginning has changed" }
        guard case .head(let range) = outcome else {
            return arena == before ? nil : "something is left of a refused request"
        }
        guard range.lowerBound == before.count, range.upperBound == arena.count else { return "the head is elsewhere" }
        return contradiction(of: Array(arena.dropFirst(before.count)), from: fields, endsStream: endsStream)
    }

    private typealias Field = (name: [UInt8], value: [UInt8])

    private static func contradiction(of bytes: [UInt8], from fields: [Field], endsStream: Bool) -> String? {
        guard case .complete(bytes.count) = HeadScan(bytes) else { return "it is not one head" }
        var head = RequestHead()
        do throws(HeadError) {
            try head.parse(bytes.span, length: bytes.count)
        } catch {
            return nil  // answered with an error
        }
        func sent(_ name: String) -> [[UInt8]] { fields.filter { $0.name == Array(name.utf8) }.map(\.value) }
        let isTunnel = sent(":method") == [Array("CONNECT".utf8)]
        let span = bytes.span
        guard sent(":path") == [span.bytes(head.target)] else { return "the target differs" }
        guard isTunnel ? head.method == .get : sent(":method") == [span.bytes(head.methodName)] else {
            return "the method differs"
        }
        let named = Set((sent(":authority") + sent("host")).map(lowercased))
        guard named == [lowercased(span.bytes(head.host))] else { return "the host differs" }
        if isTunnel {
            guard sent(":protocol") == [Array("websocket".utf8)], head.asksUpgrade, head.framing == .none else {
                return "a tunnel nobody asked for, or one with a body"
            }
        } else if head.asksUpgrade {
            return "an upgrade nobody asked for"
        }
        let plain = PlainHead(bytes[...])
        let isChunked = !isTunnel && !endsStream && sent("content-length").isEmpty
        guard isChunked == (head.framing == .chunked) else { return "the body's framing is made up" }
        let made: Set = isTunnel ? ["host", "upgrade", "connection", "sec-websocket-key"] : ["host"]
        let kept = fields.filter { field in
            field.name.first != ASCII.colon && !["host", "cookie"].contains(lowercased(field.name))
        }
        let arrived = plain.fields.filter { field in
            let name = lowercased(field.name)
            return !made.contains(name) && name != "cookie" && (name != "transfer-encoding" || !isChunked)
        }
        guard kept.elementsEqual(arrived, by: { $0.name == $1.name && $0.value == $1.value }) else {
            return "fields are lost or made up"
        }
        let cookies = sent("cookie").filter { !$0.isEmpty }
        guard plain.values("cookie") == (cookies.isEmpty ? [] : [Array(cookies.joined(separator: Array("; ".utf8)))])
        else { return "the cookies differ" }
        return nil
    }
}
