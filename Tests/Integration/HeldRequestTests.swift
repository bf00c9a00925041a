import Foundation
import ProcessTesting
import Testing

@Suite(
    "A form that meets the end of a session is held while its user signs in, and goes on when he says so", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct HeldRequestTests {
    /// What a browser sends with a form of a page of this site.
    private func own(_ host: SigningGateway) -> [String] {
        [
            "--header", "Origin: \(host.origin)", "--header", "Sec-Fetch-Site: same-origin", "--header",
            "Sec-Fetch-Mode: navigate", "--header", "Accept: text/html",
        ]
    }

    /// Sends a form without a session and signs in; where that ends.
    private func send(
        _ host: SigningGateway, _ browser: Curl, to path: String = "/orders?x=1&y=%20z", _ arguments: [String]
    ) async throws -> Curl.Answer {
        let start = try await browser.run(host.origin + path, arguments)
        guard start.status == 302, start.body.isEmpty, let authorize = start.value("location"),
            authorize.hasPrefix(host.provider.issuer), let callback = try await browser(authorize).value("location")
        else { throw Failure("no sign-in: \(start)\n\(host.gateway.program.log)") }
        return try await browser(callback)
    }

    /// The page that asks, by the answer to a callback.
    private func page(_ host: SigningGateway, _ arrived: Curl.Answer) throws -> String {
        let location = try #require(arrived.value("location"))
        guard location.hasPrefix("/oauth2/resume?request=") else { throw Failure("nothing is held: \(arrived)") }
        return host.origin + location
    }

    private func press(_ host: SigningGateway, _ browser: Curl, _ page: String, _ extra: [String] = []) async throws
        -> Curl.Answer
    {
        try await browser.run(page, own(host) + ["--request", "POST", "--header", "Content-Length: 0"] + extra)
    }

    @Test(
        "forms, JSON, files, and nothing at all arrive as they were sent, once (attack 69: no body, no type, no chunk)",
        arguments: ["--http1.1", "--http2"])
    func kinds(version: String) async throws {
        let host = try await SigningGateway()
        host.backend.respond { .text("stored \($0.bodyLength)") }
        let large = String(repeating: "0123456789abcdef", count: 12_000)
        let file = try host.folder.write(large, to: "large.txt")
        let kinds: [(arguments: [String], type: String?, length: Int?)] = [
            (["--data", "a=b&c=%20d"], "application/x-www-form-urlencoded", 10),
            (["--data", "{\"a\":1}", "--header", "Content-Type: application/json"], "application/json", 7),
            (["--form", "file=@\(file)"], "multipart/form-data", nil),
            (["--data", "a=b", "--header", "Transfer-Encoding: chunked"], "application/x-www-form-urlencoded", 3),
            (["--data", "", "--header", "Transfer-Encoding: chunked"], "application/x-www-form-urlencoded", 0),
            (["--request", "POST"], nil, 0),
            (["--request", "POST", "--header", "Content-Length: 0"], nil, 0),
            (["--data", "a", "--header", "Content-Type:"], nil, 1),
        ]
        for kind in kinds {
            host.backend.reset()
            let browser = host.browser()
            // Over HTTP/2 chunks are no part of a request.
            let sent =
                version == "--http2" ? kind.arguments.filter { $0 != "Transfer-Encoding: chunked" } : kind.arguments
            let arguments = sent.last == "--header" ? Array(sent.dropLast()) : sent
            let page = try page(host, try await send(host, browser, own(host) + [version] + arguments))
            #expect(host.backend.requests.isEmpty, "\(kind)")
            let shown = try await browser(page)
            #expect(shown.status == 200 && shown.body.contains("<dd>POST</dd>"), "\(kind): \(shown)")
            #expect(shown.body.contains("/orders?x=1&amp;y=%20z"))
            if let length = kind.length { #expect(shown.body.contains("<dd>\(length) bytes</dd>"), "\(shown.body)") }
            #expect(host.backend.requests.isEmpty, "a look sends nothing")
            let answer = try await press(host, browser, page, [version])
            #expect(answer.status == 200 && answer.body.hasPrefix("stored "), "\(kind): \(answer)")
            let request = try #require(host.backend.requests.first)
            #expect(host.backend.requests.count == 1 && request.method == "POST")
            #expect(request.target == "/orders?x=1&y=%20z")
            if let type = kind.type {
                #expect(request.value("content-type")?.hasPrefix(type) == true, "\(kind): \(request.fields)")
            } else {
                #expect(request.value("content-type") == nil, "\(kind): \(request.fields)")
            }
            if let length = kind.length {
                #expect(request.bodyLength == length, "\(kind)")
            } else {
                #expect(request.bodyLength > large.utf8.count)
                #expect(String(decoding: request.body, as: UTF8.self).contains(large.prefix(1000)))
            }
            #expect(request.value("x-amzn-oidc-identity") == ProviderStub.subject)
            #expect(request.values("content-length").count == 1 && request.value("transfer-encoding") == nil)
            // There is no second time.
            #expect(try await press(host, browser, page).status == 404)
            #expect(try await browser(page).status == 404)
            #expect(host.backend.requests.count == 1)
        }
        try await host.stop()
    }

    @Test("what another site, no browser, a script or too large a form sends is never held, and reaches no backend")
    func refused() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {gatehouse.held_request.body.bytes: 1000}")
        let data = ["--data", "a=b"]
        for fields in [
            ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"],
            ["Origin: https://evil.localhost", "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: navigate"],
            ["Origin: null", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate"],
            ["Origin: https://evil.example", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate"],
            ["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"], ["Origin: https://evil.example"], [],
        ] {
            let headers = fields.flatMap { ["--header", $0] }
            let arrived = try await send(host, host.browser(), data + headers)
            #expect(arrived.value("location") == "/orders?x=1&y=%20z", "\(fields): \(arrived)")
        }
        let long = String(repeating: "a", count: 1001)
        for arguments in [["--data", long], ["--data", long, "--header", "Transfer-Encoding: chunked"]] {
            let arrived = try await send(host, host.browser(), own(host) + arguments)
            #expect(arrived.value("location") == "/orders?x=1&y=%20z", "\(arrived)")
        }
        _ = try page(host, try await send(host, host.browser(), own(host) + ["--data", String(long.dropLast())]))
        for header in ["Sec-Fetch-Mode: cors", "X-Requested-With: XMLHttpRequest"] {
            let answer = try await host.browser().run(
                host.origin + "/orders", data + ["--header", "Origin: \(host.origin)", "--header", header])
            #expect(answer.status == 401 && answer.body.contains("login_url"), "\(answer)")
        }
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("attack 79: no other user, browser, site or method sends a held form on")
    func foreign() async throws {
        let host = try await SigningGateway()
        let browser = host.browser()
        let page = try page(host, try await send(host, browser, own(host) + ["--data", "a=b"]))
        let stranger = host.browser()
        #expect(try await stranger(page).status == 404)
        #expect(try await press(host, stranger, page).status == 404)
        for fields in [
            ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"], ["Origin: https://evil.example"], [],
            ["Sec-Fetch-Site: same-site"], ["Sec-Fetch-Site: none"],
            ["Origin: \(host.origin)", "Sec-Fetch-Site: cross-site"],
        ] {
            let answer = try await browser.run(
                page, ["--request", "POST", "--header", "Content-Length: 0"] + fields.flatMap { ["--header", $0] })
            #expect(answer.status == 403, "\(fields): \(answer)")
        }
        #expect(try await browser(page, "--request", "PUT").status == 405)
        for query in ["", "?request=x", "?request=" + String(repeating: "A", count: 43)] {
            #expect(try await browser(host.origin + "/oauth2/resume" + query).status == 404)
        }
        #expect(host.backend.requests.isEmpty)
        #expect(try await press(host, browser, page).status == 200)
        #expect(host.backend.requests.map(\.method) == ["POST"])
        try await host.stop()
    }

    @Test("a stranger's form is not offered to the user whom his callback is slipped to")
    func slipped() async throws {
        let host = try await SigningGateway()
        let attacker = host.browser()
        let start = try await attacker.run(host.origin + "/transfer", own(host) + ["--data", "to=attacker"])
        let authorize = try #require(start.value("location"))
        let callback = try #require(try await attacker(authorize).value("location"))
        let victim = host.browser()
        let end = try await victim(callback, "--location")
        #expect(end.status == 200 && !end.body.contains("Send it"), "\(end)")
        #expect(host.backend.requests.map(\.method) == ["GET"])
        try await host.stop()
    }

    @Test("one address has room for eight forms; the ninth user just signs in")
    func room() async throws {
        let host = try await SigningGateway()
        for _ in 1...8 {
            _ = try page(host, try await send(host, host.browser(), own(host) + ["--data", "a=b"]))
        }
        let ninth = try await send(host, host.browser(), own(host) + ["--data", "a=b"])
        #expect(ninth.value("location") == "/orders?x=1&y=%20z", "\(ninth)")
        #expect(host.backend.requests.isEmpty)
        try await host.stop()
    }

    @Test("a body that never ends is given up, and holds up nobody")
    func slow() async throws {
        let host = try await SigningGateway(attributes: "Attributes: {gatehouse.client_header_timeout.seconds: 1}")
        let connection = try await RawConnection.open(port: host.gateway.port, caFile: host.gateway.caFile)
        try await connection.write(
            "POST /orders HTTP/1.1\r\nHost: localhost:\(host.gateway.port)\r\nOrigin: \(host.origin)\r\n"
                + "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nContent-Length: 1000\r\n\r\na=b")
        #expect(try await host.browser()(host.origin + "/public/x").status == 200)
        #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 408 "))
        #expect(host.backend.requests.map(\.target) == ["/public/x"])
        try await host.stop()
    }
}
