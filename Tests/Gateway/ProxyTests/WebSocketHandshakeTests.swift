import HTTP1
import Proxy
import Testing
import Wire

@Suite("Only a whole WebSocket handshake is let through, and only its own answer switches")
struct WebSocketHandshakeTests {
    private static let key = "AQIDBAUGBwgJCgsMDQ4PEA=="
    private static let connection = "Connection: keep-alive, Upgrade"
    private static let upgrade = "Upgrade: websocket"
    private static let keyField = "Sec-WebSocket-Key: \(key)"
    private static let version = "Sec-WebSocket-Version: 13"

    private func opens(_ fields: [String], line: String = "GET /ws HTTP/1.1") throws -> String? {
        let bytes = Array((([line, "Host: a"] + fields).joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var head = RequestHead()
        try head.parse(bytes.span, length: bytes.count)
        return WebSocketHandshake(head, bytes.span).map { bytes.span.text($0.key) }
    }

    @Test("a browser's handshake, and other spellings of it")
    func good() throws {
        for fields in [
            [Self.connection, Self.upgrade, Self.keyField, Self.version],
            [
                "connection: upgrade", "UPGRADE: WebSocket", "sec-websocket-key: \(Self.key)",
                "SEC-WEBSOCKET-VERSION: 13",
            ],
            [Self.version, Self.keyField, "Upgrade: h2c, websocket", "Connection: close", Self.connection],
            ["Upgrade: h2c", Self.upgrade, Self.connection, Self.keyField, Self.version, "Content-Length: 0"],
        ] {
            #expect(try opens(fields) == Self.key, "\(fields)")
        }
    }

    @Test("what is none: plain HTTP")
    func none() throws {
        let all = [Self.connection, Self.upgrade, Self.keyField, Self.version]
        for missing in all.indices {
            var fields = all
            fields.remove(at: missing)
            #expect(try opens(fields) == nil, "\(fields)")
        }
        for line in ["POST /ws HTTP/1.1", "HEAD /ws HTTP/1.1", "get /ws HTTP/1.1", "GET /ws HTTP/1.0"] {
            #expect(try opens(all, line: line) == nil, "\(line)")
        }
        for more in [
            "Content-Length: 1", "Transfer-Encoding: chunked", Self.keyField, Self.version, "Sec-WebSocket-Key:",
        ] {
            #expect(try opens(all + [more]) == nil, "\(more)")
        }
        for upgrade in ["h2c", "websockets", "websocket/13", "TLS/1.0", "web socket", "\"websocket\""] {
            #expect(
                try opens([Self.connection, "Upgrade: \(upgrade)", Self.keyField, Self.version]) == nil, "\(upgrade)")
        }
        for version in ["", "8", "013", "13, 8", "13.0"] {
            let field = "Sec-WebSocket-Version: \(version)"
            #expect(try opens([Self.connection, Self.upgrade, Self.keyField, field]) == nil, "\(version)")
        }
        for key in [
            "", "x", "AQIDBAUGBwgJCgsMDQ4PEA", "AQIDBAUGBwgJCgsMDQ4PEA=A", "AQIDBAUGBwgJCgsMDQ4PEBE=",
            "AQIDBAUGBwgJCgsMDQ4P=A==", "AQIDBAUGBwgJCgsMDQ4P\u{e9}==", "AQIDBAUGBwgJCgsMDQ4PE A=", "\(Self.key)=",
        ] {
            let field = "Sec-WebSocket-Key: \(key)"
            #expect(try opens([Self.connection, Self.upgrade, field, Self.version]) == nil, "\(key)")
        }
    }

    @Test("a 101 switches only with its upgrade, its connection and the value made from the key")
    func answer() throws {
        func accepted(_ fields: [String], line: String = "HTTP/1.1 101 Switching Protocols") throws -> Bool {
            let bytes = Array((([line] + fields).joined(separator: "\r\n") + "\r\n\r\n").utf8)
            var head = ResponseHead()
            try head.parse(bytes.span, length: bytes.count)
            let expected = Array("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".utf8)
            return WebSocketHandshake.isAccepted(by: head, bytes.span, expectedAccept: expected.span)
        }
        let connection = "Connection: Upgrade"
        let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        #expect(try accepted([connection, Self.upgrade, accept]))
        #expect(try accepted(["X: y", "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", connection, Self.upgrade]))
        for fields in [
            [], [connection, Self.upgrade], [connection, accept], [Self.upgrade, accept],
            [connection, "Upgrade: h2c", accept], [connection, "Upgrade: websocket, h2c", accept],
            [connection, Self.upgrade, Self.upgrade, accept], [connection, Self.upgrade, accept, accept],
            ["Connection: close", Self.upgrade, accept],
            [connection, Self.upgrade, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO="],
            [connection, Self.upgrade, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo"],
        ] {
            #expect(try !accepted(fields), "\(fields)")
        }
        #expect(try !accepted([connection, Self.upgrade, accept], line: "HTTP/1.1 200 OK"))
        #expect(try !accepted([connection, Self.upgrade, accept], line: "HTTP/1.0 101 Switching Protocols"))
    }

    @Test("the backend is asked to switch in the gateway's words; the client hears of it in the same")
    func written() throws {
        let request =
            "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, websocket\r\n"
            + "HTTP2-Settings: AAMAAABk\r\n\(Self.keyField)\r\n\(Self.version)\r\n\r\n"
        let plain =
            "GET /ws HTTP/1.1\r\nHost: a\r\n\(Self.keyField)\r\n\(Self.version)\r\nX-Forwarded-For: 192.0.2.1\r\n"
        #expect(
            try rewritten(request, opensWebSocket: true)
                == plain + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        #expect(try rewritten(request) == plain + "\r\n")
        #expect(
            try rewritten(
                response: "HTTP/1.1 101 Yes\r\nUpgrade: WebSocket\r\nConnection: Upgrade, X-Hop\r\nX-Hop: 1\r\n"
                    + "Content-Length: 5\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: p\r\n\r\n",
                isSwitch: true)
                == "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: p\r\n"
                + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    }
}
