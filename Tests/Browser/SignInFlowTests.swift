import Foundation
import ProcessTesting
import Testing

@Suite(
    "What a sign-in must not lose, in a real browser", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(3)))
struct SignInFlowTests {
    private struct Host {
        let folder: TemporaryFolder
        let backend: StubServer
        let provider: ProviderStub
        let gateway: GatewayAlone
        var origin: String { "https://localhost:\(gateway.port)" }

        init() async throws {
            let folder = try TemporaryFolder()
            let provider = try ProviderStub()
            self.folder = folder
            self.provider = provider
            backend = try StubServer(socket: folder.file("backend.sock")) { request in
                let page =
                    request.path == "/public/form"
                    ? "<form method=post action=\"/orders?x=1\"><input name=a value=\"b &amp; c\"><button id=send>Send</button></form>"
                    : "<p id=answer>\(request.method) \(request.path) \(String(decoding: request.body, as: UTF8.self))</p>"
                return .answer(
                    status: 200, fields: [("Content-Type", "text/html; charset=utf-8")],
                    body: Array("<!doctype html><title>app</title><link rel=icon href=\"data:,\">\(page)".utf8))
            }
            gateway = try await GatewayAlone(folder: folder) { ports in
                let (signIn, forward) = (AppConfiguration.signIn(at: provider.issuer), AppConfiguration.forward)
                return AppConfiguration.text(
                    port: ports[0], workers: 1, attributes: "Attributes: {gatehouse.keep_fragment.enabled: true}",
                    rules: [
                        AppConfiguration.rule(1, "/public/*", forward),
                        AppConfiguration.rule(
                            2, "/deny/*",
                            AppConfiguration.signIn(at: provider.issuer, ", OnUnauthenticatedRequest: deny"), forward),
                    ], otherwise: signIn, forward)
            }
        }
    }

    private func run(_ body: (Host, WebDriver) async throws -> Void) async throws {
        let host = try await Host()
        let browser = try await Chromium.start(trusting: host.gateway.caFile)
        do {
            try await body(host, browser.window)
        } catch {
            let place = (try? await browser.window.url) ?? "?"
            Issue.record("at \(place): \(error)\n\(host.gateway.program.log)")
        }
        try await browser.stop()
        _ = try await host.gateway.program.stop()
    }

    private func answer(_ window: WebDriver) async throws -> String {
        _ = try await window.element("#answer")
        return try await window.text(of: "return document.querySelector('#answer').textContent")
    }

    @Test("a tab that waits on a page of the gateway goes on by itself once another tab has signed in")
    func waitingTab() async throws {
        try await run { host, window in
            try await window.go(to: host.origin + "/deny/x?y=1")
            _ = try await window.element("main[data-continue]")
            try await window.keepPicture("waiting")
            let waiting = try await window.tab
            try await window.openTab()
            try await window.go(to: host.origin + "/page")
            #expect(try await answer(window) == "GET /page ")
            try await window.show(waiting)
            #expect(try await answer(window) == "GET /deny/x ")
            #expect(try await window.url == host.origin + "/deny/x?y=1")
        }
    }

    @Test("a page's #fragment is there again after a sign-in in which somebody had to press a button")
    func fragment() async throws {
        try await run { host, window in
            host.provider.askFirst(true)
            try await window.go(to: host.origin + "/app?x=1#/inbox/42?read=%20yes")
            try await window.click(window.element("#go"))
            #expect(try await answer(window) == "GET /app ")
            #expect(try await window.url == host.origin + "/app?x=1#/inbox/42?read=%20yes")
            #expect(try await window.text(of: "return String(sessionStorage.length)") == "0")
        }
    }

    @Test("a form that is sent without a session goes on after the sign-in, when its user says so")
    func heldForm() async throws {
        try await run { host, window in
            host.provider.askFirst(true)
            try await window.go(to: host.origin + "/public/form")
            try await window.click(window.element("#send"))
            try await window.click(window.element("#go"))
            let button = try await window.element("main form button")
            #expect(host.backend.requests.map(\.method) == ["GET"])
            try await window.keepPicture("held-form")
            try await window.click(button)
            #expect(try await answer(window) == "POST /orders a=b+%26+c")
            #expect(host.backend.requests.map(\.method) == ["GET", "POST"])
            let errors = try await window.console().filter { $0.level == "SEVERE" }
            #expect(errors.isEmpty, "\(errors)")
        }
    }
}
