import HTTP1
import Testing
import Wire

@Suite("Requests are read as RFC 9112 means them")
struct RequestHeadTests {
    @Test("a usual request, whole")
    func usual() throws {
        let request = try readRequest(
            "GET /chat/1?q=a%20b HTTP/1.1\r\nHost: localhost:8443\r\nAccept:text/html\r\nCookie: \t a=b; c=d \t\r\nX-Empty:\r\n"
                + "X-Blank:  \t \r\nConnection: keep-alive\r\n\r\n")
        #expect(request.method == .get && request.methodName == "GET")
        #expect(request.target == "/chat/1?q=a%20b")
        #expect(request.minorVersion == 1 && request.keepsAlive)
        #expect(
            request.fields == [
                TextField("Host", "localhost:8443"), TextField("Accept", "text/html"), TextField("Cookie", "a=b; c=d"),
                TextField("X-Empty", ""), TextField("X-Blank", ""), TextField("Connection", "keep-alive"),
            ])
        #expect(request.known == [.host, .accept, .cookie, .other, .other, .connection])
        #expect(request.host == "localhost:8443")
        #expect(request.framing == .none && !request.expectsContinue && !request.asksUpgrade)
    }

    @Test(
        "methods are told apart by their exact bytes",
        arguments: [
            ("GET", .get, true), ("HEAD", .head, true), ("POST", .post, false), ("PUT", .put, true),
            ("DELETE", .delete, true), ("OPTIONS", .options, true), ("PATCH", .patch, false), ("get", .other, false),
            ("G", .other, false), ("GETS", .other, false), ("PROPFIND", .other, false), ("M-SEARCH", .other, false),
            ("connect", .other, false), ("!#$%&'*+-.^_`|~", .other, false),
        ] as [(String, RequestHead.Method, Bool)])
    func methods(name: String, method: RequestHead.Method, idempotent: Bool) throws {
        let bytes = Array("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var head = RequestHead()
        let request = try ReadRequest(bytes, length: bytes.count, into: &head)
        #expect(request.method == method && request.methodName == name)
        #expect(head.isIdempotent == idempotent)
    }

    @Test("credentials that authenticate a connection are told from those of a request (attack 34)")
    func connectionCredentials() throws {
        for (credentials, authorizes) in [
            ("NTLM TlRMTVNTUAAB", true), ("negotiate YII=", true), ("Nego2 a", true), ("NTLM", true), ("NTLM\tx", true),
            ("Basic bnRsbTpudGxt", false), ("Bearer ntlm", false), ("NTLMv2 x", false), ("", false),
        ] {
            let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nAUTHORIZATION: \(credentials)\r\n\r\n".utf8)
            var head = RequestHead()
            try head.parse(bytes.span, length: bytes.count)
            #expect(head.authorizesConnection == authorizes, "\(credentials)")
            let plain = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            try head.parse(plain.span, length: plain.count)
            #expect(!head.authorizesConnection, "what a head before said is forgotten")
        }
    }

    @Test("a target is handed on as its bytes, nothing decoded (attack 89)")
    func targets() throws {
        for target in [
            "/", "*", "/%0d%0aHost:%20b", "/%20HTTP/1.1", "/a?b?c=%00", "ftp://a/b", "http:/a", "http:///a",
            "/~!$&'()*+,;=:@[]\\^`{|}\"<>",
            "//a",
        ] {
            #expect(try readRequest("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").target == target)
        }
    }

    @Test("an absolute-form target is scheme, authority and path (RFC 9112 §3.2.2)")
    func absoluteForm() throws {
        for (sent, scheme, authority, target) in [
            ("http://b.example:81/c?d", .http, "b.example:81", "/c?d"), ("HTTPS://B/", .https, "B", "/"),
            ("http://b", .http, "b", "/"), ("http://u@b//c", .http, "u@b", "//c"), ("/c", nil, "", "/c"),
        ] as [(String, RequestHead.TargetScheme?, String, String)] {
            let bytes = Array("GET \(sent) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            var head = RequestHead()
            try head.parse(bytes.span, length: bytes.count)
            #expect(head.targetScheme == scheme && bytes.span.text(head.targetAuthority) == authority, "\(sent)")
            #expect(bytes.span.text(head.target) == target && bytes.span.text(head.host) == "a", "\(sent)")
        }
        #expect(fault(ofRequest: Array("GET http://b?c HTTP/1.1\r\nHost: b\r\n\r\n".utf8)) == .ambiguousTarget)
    }

    @Test("values may hold every byte but control characters")
    func values() throws {
        for byte in UInt8.min...UInt8.max {
            let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: b".utf8) + [byte] + Array("c\r\n\r\n".utf8)
            let isControl = byte < 32 && byte != 9 || byte == 127
            if byte == 13 || byte == 10 {
                #expect(fault(ofRequest: bytes) != nil)
            } else {
                let wanted: HeadError? = byte == 0 ? .badFieldValue : isControl ? .controlCharacter : nil
                #expect(fault(ofRequest: bytes) == wanted, "byte \(byte)")
            }
        }
    }

    @Test("names may hold token characters only")
    func names() {
        for byte in UInt8.min...UInt8.max where byte != 10 && byte != 13 {
            let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX".utf8) + [byte] + Array("y: b\r\n\r\n".utf8)
            let isFine = ASCII.isTokenCharacter(byte) || byte == ASCII.colon
            let wanted: HeadError? = isFine ? nil : byte == 0 ? .badFieldValue : .badFieldName
            #expect(fault(ofRequest: bytes) == wanted, "byte \(byte)")
        }
    }

    @Test(
        "framing of the body",
        arguments: [
            ("", .none), ("Content-Length: 0\r\n", .none), ("Content-Length: 5\r\n", .length(5)),
            ("content-length:\t007\r\n", .length(7)),
            ("Content-Length: 999999999999999999\r\n", .length(999_999_999_999_999_999)),
            ("Transfer-Encoding: chunked\r\n", .chunked), ("TRANSFER-ENCODING: Chunked \r\n", .chunked),
        ] as [(String, BodyFraming)])
    func framing(fields: String, framing: BodyFraming) throws {
        for method in ["POST", "GET"] {
            #expect(try readRequest("\(method) / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n").framing == framing)
        }
    }

    @Test(
        "whether the client keeps the connection",
        arguments: [
            (1, "", true), (1, "close", false), (1, "Close", false), (1, "keep-alive", true),
            (1, "keep-alive, close", false), (1, "foo", true), (0, "", false), (0, "keep-alive", true),
            (0, "Keep-Alive", true), (0, "keep-alive,close", false), (0, "foo", false),
        ])
    func keepsAlive(minor: Int, connection: String, keeps: Bool) throws {
        let field = connection.isEmpty ? "" : "Connection: \(connection)\r\n"
        #expect(try readRequest("GET / HTTP/1.\(minor)\r\nHost: a\r\n\(field)\r\n").keepsAlive == keeps)
    }

    @Test("100-continue is heard in HTTP/1.1 only")
    func expectation() throws {
        #expect(try readRequest("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").expectsContinue)
        #expect(try !readRequest("POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").expectsContinue)
    }

    @Test("an upgrade is asked for by Upgrade and Connection together, in HTTP/1.1")
    func upgrade() throws {
        #expect(
            try readRequest("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
                .asksUpgrade)
        #expect(
            try readRequest(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, UPGRADE\r\nUpgrade: websocket\r\n\r\n"
            )
            .asksUpgrade)
        for lacking in [
            "HTTP/1.1\r\nUpgrade: websocket", "HTTP/1.1\r\nConnection: upgrade",
            "HTTP/1.1\r\nConnection: upgrade\r\nUpgrade:",
            "HTTP/1.0\r\nUpgrade: websocket\r\nConnection: upgrade",
        ] {
            #expect(try !readRequest("GET / \(lacking)\r\nHost: a\r\n\r\n").asksUpgrade)
        }
    }

    @Test("bytes behind the head change nothing, and neither does what the value held before")
    func reuse() throws {
        let first = Array(
            "POST /long HTTP/1.0\r\nHost: first\r\nTransfer-Encoding: x\r\nExpect: 100-continue\r\nUpgrade: a\r\n\r\n"
                .utf8)
        let second = Array("GET /b HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\n".utf8)
        var fresh = RequestHead()
        let alone = try ReadRequest(second, length: second.count, into: &fresh)
        var used = RequestHead()
        #expect(throws: HeadError.self) { _ = try ReadRequest(first, length: first.count, into: &used) }
        for behind in ["", "abc", "\r\n", "GET / HTTP/1.1\r\nHost: evil\r\n\r\n", ": x", " folded: a\r\n\r\n"] {
            let bytes = second + Array(behind.utf8)
            #expect(scan(bytes) == .complete(length: second.count))
            #expect(try ReadRequest(bytes, length: second.count, into: &used) == alone)
        }
    }

    @Test("the first field of a name is found")
    func first() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nCookie: one\r\ncookie: two\r\n\r\n".utf8)
        var head = RequestHead()
        try head.parse(bytes.span, length: bytes.count)
        #expect(head.first(.cookie).map { bytes.span.text($0) } == "one")
        #expect(head.first(.origin) == nil)
    }
}
