import Foundation
import ProcessTesting
import Testing

/// The load balancer's access log (§7.1, check 9 of §9), on the real process.
@Suite(
    "The access log has the load balancer's fields", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct AccessLogTests {
    private static let enabled = "Attributes: {gatehouse.access_log.enabled: true}"

    /// The log's lines, taken apart at blanks outside of quotes, once there are so many.
    private func lines(_ folder: TemporaryFolder, _ count: Int) async throws -> [[String]] {
        let file = folder.file("state/logs/access.log")
        return try await eventually("\(count) lines of the access log") {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n")
            return lines.count >= count ? lines.map { Self.fields(String($0)) } : nil
        }
    }

    private static func fields(_ line: String) -> [String] {
        line.matches(of: /"([^"]*)"|([^ ]+)/).map { String($0.output.1 ?? $0.output.2 ?? "") }
    }

    @Test("a visit: sign-in, callback and page, over HTTP/2 and HTTP/1.1; no code, state or session in it")
    func visit() async throws {
        let host = try await SigningGateway(attributes: Self.enabled)
        let browser = Curl(caFile: host.gateway.caFile, jar: host.folder.file("jar"))
        let callback = try await host.callback(browser, path: "/page?x=1")
        #expect(try await browser(callback).status == 302)
        #expect(try await browser(host.origin + "/page?x=1", "--http1.1", "--user-agent", "a \"b\"").status == 200)
        #expect(try await host.browser()(host.origin + "/oauth2/idpresponse?code=c0de&state=x").status == 401)
        #expect(try await host.browser()(host.origin + "/deny/x").status == 401)
        let lines = try await lines(host.folder, 5)
        #expect(lines.allSatisfy { $0.count == 34 }, "\(lines)")
        let (start, back, page, failed, denied) = (lines[0], lines[1], lines[2], lines[3], lines[4])
        let origin = host.origin

        #expect(start[0] == "h2" && start[3].hasPrefix("127.0.0.1:") && start[2].hasPrefix("app/gatehouse/"))
        #expect(Array(start[4...7]) == ["-", "-1", "-1", "-1"] && start[8] == "302" && start[9] == "-")
        #expect(start[12] == "GET \(origin)/page?x=1 HTTP/2.0" && start[22] == "authenticate" && start[20] == "0")

        #expect(back[12] == "GET \(origin)/oauth2/idpresponse?- HTTP/2.0" && back[8] == "302")
        #expect(back[22] == "authenticate" && back[24] == "-")

        #expect(page[0] == "https" && page[12] == "GET \(origin)/page?x=1 HTTP/1.1")
        #expect(page[8] == "200" && page[9] == "200" && page[22] == "authenticate,forward" && page[20] == "0")
        #expect(page[4].hasSuffix("/backend.sock:0") && page[25] == page[4] && page[26] == "200")
        #expect(
            page[13] == "a \\x22b\\x22" && page[15] == "TLSv1.3" && page[16] == "backend" && page[18] == "localhost")
        #expect(page[17] == host.backend.requests.last?.value("x-amzn-trace-id"))
        #expect(page[5...7].allSatisfy { (Double($0) ?? -1) >= 0 }, "\(page)")
        #expect((Int(page[10]) ?? 0) > 100 && (Int(page[11]) ?? 0) > 50)
        #expect(page[19].hasSuffix(".pem") && page[29].hasPrefix("TID_") && page[33] == "127.0.0.1")
        #expect(page[21] <= page[1] && page[1].hasSuffix("Z"))

        #expect(failed[8] == "401" && failed[20] == "-1" && failed[22] == "authenticate")
        #expect(failed[24] == "AuthInvalidStateParam" && !failed[12].contains("c0de"))
        #expect(denied[8] == "401" && denied[20] == "3" && denied[22] == "authenticate")

        let text = try String(contentsOfFile: host.folder.file("state/logs/access.log"), encoding: .utf8)
        let query = try #require(URLComponents(string: callback)?.queryItems)
        for secret in query.compactMap(\.value) { #expect(!text.contains(secret)) }
        try await host.stop()
    }

    @Test("HTTP/2 and WebSockets, rewritten addresses, redirects, malformed requests, clients that leave")
    func kinds() async throws {
        let host = try await SigningGateway(attributes: Self.enabled)
        let h2 = try await host.browser()(host.origin + "/public/x", "--http2", "--data", "12345")
        #expect(h2.status == 200)
        #expect(try await host.browser()(host.origin + "/moved/public/y?z").status == 200)
        #expect(try await host.status("/public/x", "A B: c") == 400)
        host.backend.respond(StubResponse.webSocketEcho)
        let socket = try await WebSocketClient(host.connect(), WebSocketClient.handshake("/public/ws"))
        try await socket.send(.text("hello"))
        _ = try await socket.frames(1)
        try await socket.send(.close(1000))
        _ = try await socket.connection.readToEnd()
        host.backend.respond { _ in .silence }
        let leaving = try await host.connect()
        try await leaving.write("GET /public/left HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await eventually("the backend's request") {
            host.backend.requests.last?.path == "/public/left" ? true : nil
        }
        await leaving.close()

        let lines = try await lines(host.folder, 5)
        #expect(lines.allSatisfy { $0.count == 34 }, "\(lines)")
        #expect(
            lines[0][0] == "h2" && lines[0][12].hasSuffix("/public/x HTTP/2.0")
                && lines[0][12].hasPrefix("POST https://"))
        #expect(lines[0][22] == "forward" && lines[0][20] == "1" && lines[0][11] != "0")
        #expect(
            lines[1][22] == "rewrite,forward" && Array(lines[1][30...32]) == ["-", "/public/y?z", "TransformSuccess"])
        #expect(lines[2][8] == "400" && lines[2][12] == "- - -" && lines[2][20] == "-")
        #expect(lines[2][27] != "-" && lines[2][28] != "-", "\(lines[2])")
        #expect(lines[3][0] == "wss" && lines[3][8] == "101" && lines[3][9] == "101" && (Int(lines[3][11]) ?? 0) > 100)
        #expect(lines[4][8] == "460" && lines[4][9] == "-" && lines[4][6] == "-1" && lines[4][4] != "-")
        try await host.stop()
    }

    @Test("a full file is set aside and the oldest goes; nothing is lost, and the file is its owner's alone")
    func files() async throws {
        let host = try await PlainGateway(
            attributes:
                "Attributes: {gatehouse.access_log.enabled: true, gatehouse.access_log.file.bytes: 4096, gatehouse.access_log.files.count: 2}",
            rules: "[{Priority: 9, Conditions: [{Field: path-pattern, Values: [/old]}], Actions: [{Type: redirect, "
                + "RedirectConfig: {StatusCode: HTTP_301, Path: /new}}]}, {Priority: 10, Conditions: [{Field: path-pattern, "
                + "Values: [/oauth2/*]}], Actions: [{Type: redirect, RedirectConfig: {StatusCode: HTTP_301, Path: /elsewhere}}]}]"
        )
        let client = Curl()
        for index in 0..<60 { #expect(try await client(host.origin + "/\(index)").status == 200) }
        #expect(try await client(host.origin + "/old").status == 301)
        #expect(try await client(host.origin + "/oauth2/idpresponse?code=c0de").status == 301)
        try await host.stop()
        let folder = host.folder.file("state/logs")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("access.log") }
        #expect(names.count == 3, "\(names)")
        for name in names {
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
        // The file that is written comes last; its name is the shortest.
        let last = try (names.filter { $0 != "access.log" }.sorted() + ["access.log"]).map {
            try String(contentsOfFile: folder + "/" + $0, encoding: .utf8)
        }.joined()
        let lines = last.split(separator: "\n").suffix(2).map { Self.fields(String($0)) }
        try #require(lines.count == 2)
        #expect(lines[1][23] == "http://localhost:\(host.gateway.port)/elsewhere?-" && !last.contains("c0de"))
        let line = lines[0]
        #expect(line[0] == "http" && Array(line[14...15]) == ["-", "-"] && line[20] == "9" && line[22] == "redirect")
        #expect(line[23] == "http://localhost:\(host.gateway.port)/new", "\(line)")
    }

    @Test("off unless asked for")
    func off() async throws {
        let host = try await PlainGateway()
        #expect(try await Curl()(host.origin + "/x").status == 200)
        try await host.stop()
        #expect(!FileManager.default.fileExists(atPath: host.folder.file("state/logs/access.log")))
    }
}
