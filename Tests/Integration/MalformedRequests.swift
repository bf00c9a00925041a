/// Requests that a strict server refuses with 400, with the name of what is wrong.
enum MalformedRequests {
    static let all: [(name: String, bytes: String)] = framing + chunks + heads + targets

    /// A head for `/` at localhost, changed where the test says.
    static func head(
        _ fields: String..., method: String = "POST", target: String = "/", host: String = "Host: localhost"
    ) -> String {
        ([method + " " + target + " HTTP/1.1", host] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static let framing = [
        ("length and coding", head("Content-Length: 4", "Transfer-Encoding: chunked") + "0\r\n\r\nGET /x"),
        ("coding and length", head("Transfer-Encoding: chunked", "Content-Length: 4") + "0\r\n\r\nGET /x"),
        ("two lengths", head("Content-Length: 4", "Content-Length: 5") + "12345"),
        ("two lengths in one field", head("Content-Length: 4, 5") + "12345"),
        ("signed length", head("Content-Length: +4") + "1234"),
        ("negative length", head("Content-Length: -1")),
        ("hexadecimal length", head("Content-Length: 0x4") + "1234"),
        ("length with a blank in it", head("Content-Length: 1 0") + "1234567890"),
        ("empty length", head("Content-Length:")),
        ("huge length", head("Content-Length: 99999999999999999999")),
        ("coding with space before the colon", head("Transfer-Encoding : chunked") + "0\r\n\r\n"),
        ("folded coding", head("Transfer-Encoding:\r\n chunked") + "0\r\n\r\n"),
        ("imitated coding", head("Transfer_Encoding: chunked") + "0\r\n\r\n"),
        ("imitated length", head("Content_Length: 4") + "1234"),
        ("coding after a vertical tab", head("Transfer-Encoding: \u{0b}chunked") + "0\r\n\r\n"),
        ("coding twice", head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n"),
    ]

    private static let chunks = [
        ("size not hexadecimal", "g\r\n\r\n"), ("size overflows", "fffffffffffffffff\r\n"),
        ("size signed", "-1\r\n\r\n"),
        ("size with prefix", "0x2\r\nhi\r\n0\r\n\r\n"), ("bare LF", "2\nhi\n0\n\n"),
        ("data longer than its size", "2\r\nhixx\r\n0\r\n\r\n"), ("bare CR", "2\rhi\r\n0\r\n\r\n"),
    ].map { ("chunk: " + $0, head("Transfer-Encoding: chunked") + $1) }

    private static let heads = [
        ("bare LF in head", "GET / HTTP/1.1\nHost: localhost\n\n"),
        ("bare CR in value", head("X: a\rb", method: "GET")),
        ("NUL in value", head("X: a\0b", method: "GET")),
        ("NUL in name", head("X\0: a", method: "GET")),
        ("folded field", head("X: a\r\n b", method: "GET")),
        ("space in name", head("X Y: a", method: "GET")),
        ("no colon", head("XY", method: "GET")),
        ("no host", "GET / HTTP/1.1\r\nX: y\r\n\r\n"),
        ("two hosts", head("Host: other", method: "GET")),
        ("host with user", head("Connection: close", method: "GET", host: "Host: a@localhost")),
        ("host with blank", head("Connection: close", method: "GET", host: "Host: local host")),
        ("host with comma", head("Connection: close", method: "GET", host: "Host: a,b")),
        ("host with path", head("Connection: close", method: "GET", host: "Host: localhost/x")),
        ("host with bad port", head("Connection: close", method: "GET", host: "Host: localhost:99999")),
        ("bad version", "GET / HTTP/1.x\r\nHost: localhost\r\n\r\n"),
        ("version in lower case", "GET / http/1.1\r\nHost: localhost\r\n\r\n"),
        ("method with a blank", "G ET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("no HTTP at all", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\r\n\r\n"),
    ]

    private static let targets = [
        "/a#b", "/pub\\..\\admin", "admin", "/a%2fb", "/a%5cb", "/a%00", "/%zz", "/%", "/a b", "/a\tb", "/../admin",
        "/a/..;/b",
        "/a//../b", "/%252e%252e/", "/%c0%ae",
    ].map { ("target \($0)", head("Connection: close", method: "GET", target: $0)) }
}
