import HTTP1
import HTTP2
import HTTP2Testing
import TestSupport
import Testing
import Wire

/// What a field block becomes, and that nothing in it can become more than one request.
@Suite(.ownThread) struct RequestHeadBridgeTests {
    private let get = FrameBytes.request()

    @Test func aRequestBecomesAnHTTP1Head() {
        let (outcome, text) = bridge(
            FrameBytes.request("GET", "/a?b=c", authority: "example.org:8443") + [("accept", "*/*"), ("x-y", "")])
        #expect(text == "GET /a?b=c HTTP/1.1\r\nHost: example.org:8443\r\naccept: */*\r\nx-y: \r\n\r\n")
        #expect(outcome == .head(ByteRange(7, 7 + text.utf8.count)))
    }

    @Test func aBodyWithoutLengthGoesInChunks() {
        #expect(bridge(get, ends: false).text.hasSuffix("transfer-encoding: chunked\r\n\r\n"))
        #expect(!bridge(get + [("content-length", "5")], ends: false).text.contains("chunked"))
        #expect(!bridge(get, ends: true).text.contains("chunked"))
    }

    @Test func cookiesAreJoined() {
        let (_, text) = bridge(get + [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2"), ("cookie", "c=3")])
        #expect(text.hasSuffix("x: y\r\ncookie: a=1; b=2; c=3\r\n\r\n"))
    }

    @Test func hostAndAuthorityMustAgree() {
        let noAuthority = get.filter { $0.0 != ":authority" }
        #expect(bridge(get + [("host", "LOCALHOST")]).text == "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(bridge(get + [("host", "other")]).outcome == .malformed)
        #expect(bridge(noAuthority + [("host", "a")]).text == "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(bridge(noAuthority + [("host", "a"), ("host", "a")]).outcome == .malformed)
        #expect(bridge(noAuthority).outcome == .refused(.missingAuthority))
    }

    @Test(arguments: [":method", ":scheme", ":path"])
    func pseudoFieldsAreThereOnce(_ name: String) {
        #expect(bridge(get.filter { $0.0 != name }).outcome == .malformed)
        #expect(bridge(get + get.filter { $0.0 == name }).outcome == .malformed)
    }

    @Test func pseudoFieldsStandInFrontAndAreKnown() {
        #expect(bridge(get.dropLast() + [("a", "b"), get[3]]).outcome == .malformed)
        #expect(bridge(get + [(":status", "200")]).outcome == .malformed)
        #expect(bridge(get + [(":", "x")]).outcome == .malformed)
        #expect(bridge(get + [(":authority", "localhost")]).outcome == .malformed)
        #expect(bridge(get + [(":protocol", "websocket")]).outcome == .malformed)
        #expect(bridge([]).outcome == .malformed)
    }

    /// Attack 80: no byte of a pseudo-header field ends a line, ends the target, or lies beyond ASCII.
    @Test(arguments: [":method", ":scheme", ":authority", ":path"])
    func pseudoFieldsHoldNoForeignByte(_ name: String) {
        let forbidden = Array(0...0x20) + [UInt8(ascii: "#")] + Array(0x7F...0xFF)
        for byte in forbidden {
            for position in 0...1 {
                let fields = get.map { field in
                    var value = Array(field.1.utf8)
                    if field.0 == name { value.insert(byte, at: min(value.count, position * value.count)) }
                    return (Array(field.0.utf8), value)
                }
                if name == ":method", byte == UInt8(ascii: "#") { continue }  // a token may hold it
                #expect(bridge(raw: fields).outcome == .malformed, "\(name) with \(byte)")
            }
        }
    }

    @Test(arguments: ["", "x", "*x", "http://a/", "//#", "/a b"])
    func aPathBeginsWithASlash(_ path: String) {
        #expect(bridge(FrameBytes.request("GET", path)).outcome == .malformed)
    }

    @Test func otherTargetsAreRefused() {
        #expect(bridge(FrameBytes.request("OPTIONS", "*")).outcome == .refused(.targetForm))
        #expect(bridge(FrameBytes.request("GET", "*")).outcome == .malformed)
        #expect(bridge([(":method", "CONNECT"), (":authority", "a:1")]).outcome == .refused(.methodNotAllowed))
    }

    @Test func anExtendedConnectBecomesAHandshake() throws {
        let connect = FrameBytes.request("CONNECT", "/ws?a") + [(":protocol", "websocket")]
        let text = bridge(connect + [("sec-websocket-version", "13"), ("cookie", "a=b")], ends: false).text
        let pattern = try Regex(
            "GET /ws\\?a HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: [A-Za-z0-9+/]{21}[AQgw]==\r\nsec-websocket-version: 13\r\ncookie: a=b\r\n\r\n")
        #expect(text.wholeMatch(of: pattern) != nil, "\(text)")
        #expect(bridge(connect + [("sec-websocket-key", "AQIDBAUGBwgJCgsMDQ4PEA==")]).outcome == .malformed)
        #expect(bridge(connect + [("content-length", "5")]).outcome == .malformed)
        #expect(bridge(connect.filter { $0.0 != ":path" }).outcome == .malformed)
        #expect(bridge(connect.filter { $0.0 != ":scheme" }).outcome == .malformed)
        for name in ["h2c", "WebSocket", "websocket2"] {
            #expect(
                bridge(FrameBytes.request("CONNECT") + [(":protocol", name)]).outcome == .refused(.unknownProtocol))
        }
    }

    @Test(arguments: ["http", "ftp", "HTTPS", ""])
    func anotherSchemeIsMalformed(_ scheme: String) {
        #expect(bridge(FrameBytes.request(scheme: scheme)).outcome == .malformed)
    }

    @Test(arguments: ["user@host", "a/b", "a?b", "a\\b", ""])
    func anAuthorityIsHostAndPort(_ authority: String) {
        #expect(bridge(FrameBytes.request(authority: authority)).outcome == .malformed)
    }

    @Test(arguments: ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"])
    func connectionFieldsAreMalformed(_ name: String) {
        #expect(bridge(get + [(name, "x")]).outcome == .malformed)
    }

    @Test func teMeansTrailersOnly() {
        #expect(bridge(get + [("te", "trailers")]).text.contains("te: trailers\r\n"))
        #expect(bridge(get + [("te", "gzip")]).outcome == .malformed)
        #expect(bridge(get + [("te", "trailers, gzip")]).outcome == .malformed)
    }

    @Test(arguments: ["Upper", "", "a b", "a:b", "a\r", "a\u{0}", "é", "a(b"])
    func namesAreLowerCaseTokens(_ name: String) {
        #expect(bridge(get + [(name, "x")]).outcome == .malformed)
    }

    @Test func valuesHoldNoControlCharacter() {
        for byte in (0...0x1F).filter({ $0 != 0x09 }) + [0x7F] {
            let field = (Array("x".utf8), [UInt8(ascii: "a"), UInt8(byte), UInt8(ascii: "b")])
            #expect(bridge(raw: get.map { (Array($0.utf8), Array($1.utf8)) } + [field]).outcome == .malformed)
        }
        for value in [" a", "a ", "\ta", "a\t"] { #expect(bridge(get + [("x", value)]).outcome == .malformed) }
        #expect(bridge(get + [("x", "a\tb é")]).text.contains("x: a\tb é\r\n"))
    }

    @Test(arguments: ["", "+5", "5,5", "0x5", "-1", "5 5", "1234567890123456789"])
    func lengthsAreDigits(_ value: String) {
        #expect(bridge(get + [("content-length", value)]).outcome == .malformed)
        #expect(bridge(get + [("content-length", "5"), ("content-length", "5")]).outcome == .malformed)
    }

    // MARK: Limits

    @Test func theStartLineIsLimited() {
        let limits = HeadLimits(startLine: 30)
        #expect(
            bridge(FrameBytes.request("GET", "/" + String(repeating: "a", count: 16)), limits: limits).outcome
                != .refused(.startLineTooLong))
        for count in [17, 18, 100] {
            let (outcome, text) = bridge(
                FrameBytes.request("GET", "/" + String(repeating: "a", count: count)), limits: limits)
            #expect(outcome == .refused(.startLineTooLong))
            #expect(text.isEmpty, "nothing stays in the arena")
        }
    }

    @Test func fieldsAreLimited() {
        let limits = HeadLimits(fieldLine: 20, fields: 60, fieldCount: 4)
        let base = FrameBytes.request("GET", "/", authority: "a")
        #expect(bridge(base + [("n", String(repeating: "v", count: 17))], limits: limits).text.count > 30)
        #expect(
            bridge(base + [("n", String(repeating: "v", count: 18))], limits: limits).outcome
                == .refused(.fieldLineTooLong))
        #expect(
            bridge(base + [("cookie", "123456"), ("cookie", "123456")], limits: limits).outcome
                == .refused(.fieldLineTooLong))
        #expect(
            bridge(base + (0..<3).map { ("n\($0)", "12345678901234") }, limits: limits).outcome
                == .refused(.fieldsTooLong))
        #expect(bridge(base + (0..<3).map { ("n\($0)", "") }, limits: limits).outcome != .refused(.tooManyFields))
        #expect(bridge(base + (0..<4).map { ("n\($0)", "") }, limits: limits).outcome == .refused(.tooManyFields))
    }

    /// Attack 103: however much is put in, what is kept stays within the limits.
    @Test func refusedHeadsTakeNoMemory() {
        var bridge = RequestHeadBridge()
        var arena: [UInt8] = []
        bridge.begin(in: arena)
        for (name, value) in get { bridge.add(name: Array(name.utf8).span, value: Array(value.utf8).span, to: &arena) }
        let value = [UInt8](repeating: 0x61, count: 4000)
        for _ in 0..<10_000 { bridge.add(name: Array("x".utf8).span, value: value.span, to: &arena) }
        #expect(arena.count <= 70 * 1024)
        #expect(bridge.end(endsStream: true, in: &arena) == .refused(.fieldsTooLong))
        #expect(arena.isEmpty)
    }

    @Test func malformedOutweighsTooLong() {
        let limits = HeadLimits(startLine: 20)
        let long = FrameBytes.request("GET", "/" + String(repeating: "a", count: 100))
        #expect(bridge(long + [("connection", "close")], limits: limits).outcome == .malformed)
    }

    // MARK: Agreement with the parser

    /// Whatever fields a client makes up, a head that comes out is one head to the strict parser, with the target that was asked for and
    /// no field line more than there were fields.
    @Test func everyHeadIsOneHeadToTheParser() throws {
        var random = SplitMix64(seed: 80)
        let alphabet = Array("ab:/?#*@ \r\n\t\0\u{7f}-_=;,GETPOST".utf8) + [0x80, 0xFF]
        let names = [
            ":method", ":path", ":authority", ":scheme", "host", "cookie", "content-length", "te", "x-a", "connection",
            "transfer_encoding", "x-forwarded-for",
        ]
        var heads = 0
        for _ in 0..<20_000 {
            var fields = FrameBytes.request("POST", "/p").map { (Array($0.utf8), Array($1.utf8)) }
            for _ in 0..<Int(random.next() % 4) {
                let index = Int(random.next() % UInt64(fields.count + 1))
                var text = (0..<Int(random.next() % 5)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))]
                }
                let name = Array(names[Int(random.next() % UInt64(names.count))].utf8)
                switch random.next() % 3 {
                case 0: fields.insert((name, text), at: index)
                case 1 where index < fields.count: fields[index].1 += text
                default:
                    text += name
                    fields.append((text, name))
                }
            }
            let ends = random.next() % 2 == 0
            let (outcome, text) = bridge(raw: fields, ends: ends)
            guard case .head = outcome else {
                #expect(text.isEmpty)
                continue
            }
            heads += 1
            let bytes = bridgedBytes(raw: fields, ends: ends)
            var scanner = HeadScanner()
            let status = try scanner.scan(bytes.span, limits: .request)
            #expect(status == .complete(length: bytes.count), "the whole text is one head")
            var head = RequestHead()
            do throws(HeadError) {
                try head.parse(bytes.span, length: bytes.count)
                #expect(head.fields.count <= fields.count + 1)
                #expect(!head.asksUpgrade)
                #expect(head.framing == .none || !ends || head.framing != .chunked)
            } catch {
                // Refused by the parser for what it says, as over HTTP/1.1: also no second request.
            }
        }
        #expect(heads > 2000)
    }

    private func bridgedBytes(raw fields: [([UInt8], [UInt8])], ends: Bool) -> [UInt8] {
        var bridge = RequestHeadBridge()
        var arena: [UInt8] = []
        bridge.begin(in: arena)
        for (name, value) in fields { bridge.add(name: name.span, value: value.span, to: &arena) }
        _ = bridge.end(endsStream: ends, in: &arena)
        return arena
    }
}
