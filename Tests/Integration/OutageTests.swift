import Foundation
import ProcessTesting
import Testing

@Suite(
    "An identity provider that cannot be reached: the gateway starts, sessions go on, and the sign-in page tries again",
    .serialized, .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"))
struct OutageTests {
    @Test("a start without the provider: a page that says so and tries again; it works as soon as the provider answers")
    func startsWithoutIt() async throws {
        let folder = try TemporaryFolder()
        let provider = try ProviderStub()
        let backend = try StubServer(socket: folder.file("backend.sock"))
        provider.goAway()
        let gateway = try await GatewayAlone(folder: folder) {
            Configurations.signingIn(port: $0[0], issuer: provider.issuer)
        }
        let origin = "https://localhost:\(gateway.port)"
        let browser = Curl(caFile: gateway.caFile, jar: folder.file("jar"))
        let page = try await browser(origin + "/page?x=1")
        expectOutagePage(page)
        #expect(page.value("refresh") == "10", "the same address once more")
        #expect(page.body.contains("href=\"/page?x=1\""))
        #expect(try await browser(origin + "/public/x").status == 200, "what needs no sign-in goes on")
        let program = try await browser.run(origin + "/api", ["--header", "Accept: application/json"])
        #expect(program.status == 401, "a program is told to sign in, as ever")
        let login = try await browser.run(origin + "/oauth2/login", ["--header", "Accept: application/json"])
        #expect(login.status == 500 && login.body.contains(#""retry_after":10"#), "\(login)")
        #expect(login.value("retry-after") == "10" && login.value("refresh") == nil)
        backend.reset()

        provider.goAway(false)
        _ = try await eventually("a sign-in", within: .seconds(20)) {
            try await browser(origin + "/page?x=1").status == 302 ? true : nil
        }
        #expect(try await browser(origin + "/page?x=1", "--location").status == 200)
        #expect(backend.requests.map(\.target) == ["/page?x=1"])
        #expect(try await gateway.program.stop() == 0)
    }

    @Test("sessions go on; discovery document and keys are kept for this user only and known after a restart")
    func goesOn() async throws {
        let folder = try TemporaryFolder()
        let provider = try ProviderStub()
        let backend = try StubServer(socket: folder.file("backend.sock"))
        func start() async throws -> GatewayAlone {
            try await GatewayAlone(folder: folder) {
                Configurations.signingIn(port: $0[0], issuer: provider.issuer)
            }
        }
        let first = try await start()
        let browser = Curl(caFile: first.caFile, jar: folder.file("jar"))
        let origin = "https://localhost:\(first.port)"
        #expect(try await browser(origin + "/page", "--location").status == 200)
        provider.goAway()
        #expect(try await browser(origin + "/page").status == 200, "the session goes on")
        #expect(backend.requests.map(\.target) == ["/page", "/page"])
        _ = try await first.program.stop()

        let cache = folder.file("state/cache")
        let files = try FileManager.default.contentsOfDirectory(atPath: cache)
        #expect(files.count == 2, "\(files)")
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: cache + "/" + file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let text = try String(contentsOfFile: cache + "/" + file, encoding: .utf8)
            #expect(!text.contains(ProviderStub.clientSecret))
        }

        let second = try await start()
        let stranger = Curl(caFile: second.caFile, jar: folder.file("jar-2"))
        let page = try await stranger("https://localhost:\(second.port)/page")
        expectOutagePage(page)
        // What was kept is known: sign-out finds the provider's page without asking it.
        let signedOut = try await stranger("https://localhost:\(second.port)/oauth2/logout")
        #expect(signedOut.value("location")?.hasPrefix(provider.issuer + "/logout?") == true, "\(signedOut)")
        _ = try await second.program.stop()

        // A copy that others could have written is not used, and does not stop the start.
        for file in files {
            try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: cache + "/" + file)
        }
        let third = try await start()
        let without = try await stranger("https://localhost:\(third.port)/oauth2/logout")
        #expect(without.status == 200 && without.body.contains("signed out"), "\(without)")
        #expect(third.program.log.contains("not used"))
        _ = try await third.program.stop()
        #expect(backend.requests.count == 2)
    }

    private func expectOutagePage(_ page: Curl.Answer) {
        #expect(page.status == 500 && page.body.contains("cannot be reached"), "\(page)")
        #expect(page.value("retry-after") == "10" && page.value("refresh")?.hasPrefix("10") == true)
        #expect(page.value("cache-control") == "no-store")
        #expect(page.body.contains("Try again") && !page.body.contains("<script"))
        #expect(page.sessionCookie == nil)
    }
}
