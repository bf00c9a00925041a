import Testing
import Wire

@testable import HTTP1

@Suite("Connection's members are read from every list a peer can write")
struct ConnectionOptionsTests {
    private static func options(_ letters: String) -> ConnectionOptions {
        var options = ConnectionOptions()
        options.close = letters.contains("c")
        options.keepAlive = letters.contains("k")
        options.upgrade = letters.contains("u")
        options.namesFields = letters.contains("n")
        return options
    }

    @Test(
        "members, letters without case, empty members skipped",
        arguments: [
            ("", ""), (",", ""), (" , ,\t,", ""), ("close", "c"), ("CLOSE", "c"), (",close,", "c"), ("keep-alive", "k"),
            ("Keep-Alive , Close", "kc"), ("upgrade", "u"), ("keep-alive, Upgrade", "ku"), ("closed", "n"),
            ("clos", "n"), ("close;q=1", "n"), ("close x", "n"), ("keep_alive", "n"), ("x-y", "n"), ("x-y,close", "nc"),
            ("\"close\"", "n"), ("a b, c", "n"),
        ])
    func members(value: String, letters: String) throws {
        let request = try readRequest("GET / HTTP/1.1\r\nHost: a\r\nConnection: \(value)\r\n\r\n")
        #expect(request.connection == Self.options(letters))
        let response = try readResponse("HTTP/1.1 200 OK\r\nConnection: \(value)\r\n\r\n")
        #expect(response.connection == Self.options(letters))
    }

    @Test("several Connection fields count as one list")
    func several() throws {
        let request = try readRequest(
            "GET / HTTP/1.1\r\nConnection: upgrade\r\nHost: a\r\nconnection: close\r\nCONNECTION: x\r\n\r\n")
        #expect(request.connection == Self.options("ucn"))
    }

    @Test("a field is named by any of the lists, whole members only")
    func naming() throws {
        let bytes = Array(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-One ,\r\nX-One: 1\r\nX-Two: 2\r\nX: 3\r\nConnection: x-two\r\n\r\n"
                .utf8)
        var head = RequestHead()
        try head.parse(bytes.span, length: bytes.count)
        var named: [String] = []
        for field in head.fields where ConnectionOptions.name(field.name, in: bytes.span, fields: head.fields) {
            named.append(bytes.span.text(field.name))
        }
        #expect(named == ["X-One", "X-Two"])
    }

    @Test("a head without the field names nothing")
    func absent() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX-Connection: host\r\n\r\n".utf8)
        var head = RequestHead()
        try head.parse(bytes.span, length: bytes.count)
        #expect(head.connection == ConnectionOptions())
        for field in head.fields {
            let isNamed = ConnectionOptions.name(field.name, in: bytes.span, fields: head.fields)
            #expect(!isNamed)
        }
    }
}
