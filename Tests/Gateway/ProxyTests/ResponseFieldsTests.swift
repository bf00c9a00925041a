import Proxy
import Testing

@Suite("What the configuration states of responses replaces what others say (§5.5)")
struct ResponseFieldsTests {
    private static let frames = ResponseFields(
        stated: [.init(name: "X-Frame-Options", value: "DENY"), .init(name: "Content-Security-Policy", value: "a 'b'")])
    private static let response =
        "HTTP/1.1 200 OK\r\nx-FRAME-options: SAMEORIGIN\r\nX-Frame-Option: 1\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n"

    @Test("a stated field goes out once, whatever the backend says and however it spells the name")
    func replaces() throws {
        #expect(
            try rewritten(response: Self.response, stated: Self.frames)
                == "HTTP/1.1 200 OK\r\nX-Frame-Option: 1\r\nServer: nginx\r\nContent-Length: 0\r\n"
                + "X-Frame-Options: DENY\r\nContent-Security-Policy: a 'b'\r\n\r\n")
    }

    @Test("no Server where it is switched off; without a word of the configuration a backend's fields stay")
    func server() throws {
        let silent = ResponseFields(statesServer: false)
        #expect(try !rewritten(response: Self.response, stated: silent).contains("Server"))
        #expect(try rewritten(response: Self.response) == Self.response)
        #expect(silent.completing([("A", "b")]).map(\.name) == ["A"])
    }

    @Test("the gateway's own answers say who made them, and their fields give way, too")
    func own() {
        let fields = Self.frames.completing([("x-frame-options", "SAMEORIGIN"), ("Location", "/")])
        #expect(fields.map(\.name) == ["Location", "Server", "X-Frame-Options", "Content-Security-Policy"])
        #expect(fields.map(\.value) == ["/", "awselb/2.0", "DENY", "a 'b'"])
    }
}
