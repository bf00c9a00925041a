import HTTP1
import Proxy
import Testing

@Suite("A client gets the backend's response without what belongs to the backend's connection")
struct ResponseRewriterTests {
    @Test("kept fields go on byte by byte and in order, the gateway's after them")
    func kept() throws {
        let fields = "Server: b\r\ncontent-length:5\r\nSet-Cookie: a=b\r\nSet-Cookie:  c=d \r\nX-Empty:\r\n"
        #expect(
            try rewritten(response: "HTTP/1.1 404 Not  Here\r\n\(fields)\r\n", added: "Set-Cookie: own=1\r\n")
                == "HTTP/1.1 404 Not  Here\r\n\(fields)Set-Cookie: own=1\r\n\r\n")
        #expect(try rewritten(response: "HTTP/1.0 200\r\n\r\n") == "HTTP/1.1 200 \r\n\r\n")
    }

    @Test(
        "what belongs to one connection is dropped",
        arguments: [
            "Connection: close", "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: x", "TE: x",
            "Trailer: X-Sum", "Upgrade: h2c", "Transfer-Encoding: chunked",
        ])
    func dropped(field: String) throws {
        for response in ["\(field)\r\nA: b\r\nC: d", "A: b\r\n\(field)\r\nC: d", "A: b\r\nC: d\r\n\(field)"] {
            #expect(
                try rewritten(response: "HTTP/1.1 200 OK\r\n\(response)\r\n\r\n")
                    == "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n")
        }
    }

    @Test("fields named by Connection are dropped, but not the body's length")
    func named() throws {
        #expect(
            try rewritten(
                response:
                    "HTTP/1.1 200 OK\r\nX-Hop: 1\r\nConnection: x-hop, content-length\r\nContent-Length: 3\r\n\r\n")
                == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
    }

    @Test(
        "the client's connection is spoken of by the gateway",
        arguments: [
            (false, true, 1, ""), (true, true, 1, "Transfer-Encoding: chunked\r\n"),
            (false, false, 1, "Connection: close\r\n"),
            (true, false, 1, "Transfer-Encoding: chunked\r\nConnection: close\r\n"),
            (false, true, 0, "Connection: keep-alive\r\n"), (false, false, 0, "Connection: close\r\n"),
        ])
    func connection(chunked: Bool, keepsAlive: Bool, minor: UInt8, stated: String) throws {
        #expect(
            try rewritten(
                response: "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", statesChunked: chunked, keepsAlive: keepsAlive,
                clientMinorVersion: minor) == "HTTP/1.1 200 OK\r\nA: b\r\n\(stated)\r\n")
    }

    @Test("an interim response goes on by itself")
    func interim() throws {
        #expect(
            try rewritten(response: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\n\r\n", isInterim: true)
                == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    }

    @Test(
        "how a body reaches the client",
        arguments: [
            (.none, 1, .identity), (.none, 0, .identity), (.length(5), 1, .identity), (.length(5), 0, .identity),
            (.chunked, 1, .chunked), (.chunked, 0, .untilClose), (.untilClose, 1, .chunked),
            (.untilClose, 0, .untilClose),
        ] as [(BodyFraming, UInt8, ClientFraming)])
    func framing(body: BodyFraming, minor: UInt8, client: ClientFraming) {
        #expect(ResponseRewriter.framing(body, clientMinorVersion: minor) == client)
    }
}
