import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import ProcessTesting

/// One browser window, driven by the W3C WebDriver protocol.
struct WebDriver: Sendable {
    /// A problem the driver names: `no such element`, `element click intercepted`, …
    struct Problem: Error, Decodable, CustomStringConvertible {
        let error: String
        let message: String
        var description: String { "\(error): \(message)" }
    }

    /// An element of the page as it was when it was found.
    struct Element: Decodable, Sendable {
        let id: String

        private enum CodingKeys: String, CodingKey {
            case id = "element-6066-11e4-a52e-4f735466cecf"
        }
    }

    /// One line of the browser's console.
    struct ConsoleEntry: Decodable, Sendable, CustomStringConvertible {
        /// `SEVERE`, `WARNING`, `INFO`, …
        let level: String
        let message: String
        var description: String { "\(level) \(message)" }
    }

    /// The browser's own process.
    let processID: Int32
    private let session: String
    private let address: String

    /// Opens a window.
    ///
    /// - Parameters:
    ///   - port: Where chromedriver listens.
    ///   - arguments: Chromium's switches.
    static func open(port: Int, arguments: [String]) async throws -> WebDriver {
        struct Options: Encodable { let args: [String] }
        struct Logging: Encodable { let browser = "ALL" }
        struct Capabilities: Encodable {
            let browserName = "chrome"
            let options: Options
            let logging = Logging()
            enum CodingKeys: String, CodingKey {
                case browserName
                case options = "goog:chromeOptions"
                case logging = "goog:loggingPrefs"
            }
        }
        struct Session: Decodable {
            let sessionId: String
            let capabilities: Granted
        }
        struct Granted: Decodable {
            let processID: Int32
            enum CodingKeys: String, CodingKey { case processID = "goog:processID" }
        }
        let address = "http://127.0.0.1:\(port)"
        let capabilities = ["capabilities": ["alwaysMatch": Capabilities(options: Options(args: arguments))]]
        let session: Session = try await send(.POST, address + "/session", capabilities)
        return WebDriver(
            processID: session.capabilities.processID, session: session.sessionId, address: address)
    }

    /// Closes the window.
    func close() async throws {
        let _: String? = try await Self.send(.DELETE, "\(address)/session/\(session)", Optional<[String: String]>.none)
    }

    /// Ends the driver itself.
    static func shutDown(port: Int) async throws {
        _ = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: "http://127.0.0.1:\(port)/shutdown"), timeout: .seconds(10))
    }

    /// Goes to an address and waits until the page is there.
    func go(to url: String) async throws { try await run("url", ["url": url]) }

    /// The page's address.
    var url: String { get async throws { try await get("url") } }

    /// The tab that is shown.
    var tab: String { get async throws { try await get("window") } }

    /// Opens another tab and shows it.
    func openTab() async throws {
        struct Tab: Decodable { let handle: String }
        let tab: Tab = try await post("window/new", ["type": "tab"])
        try await show(tab.handle)
    }

    /// Closes the tab that is shown; another has to be shown then.
    func closeTab() async throws {
        let _: [String] = try await Self.send(
            .DELETE, "\(address)/session/\(session)/window", Optional<[String: String]>.none)
    }

    /// Shows a tab.
    func show(_ tab: String) async throws { try await run("window", ["handle": tab]) }

    /// The first element a CSS selector finds; nil if there is none.
    func find(_ selector: String) async throws -> Element? {
        do {
            return try await post("element", ["using": "css selector", "value": selector])
        } catch let problem as Problem where problem.error == "no such element" {
            return nil
        }
    }

    /// Waits for an element.
    func element(_ selector: String, within limit: Duration = .seconds(15)) async throws -> Element {
        try await eventually("an element \(selector)", within: limit) { try await find(selector) }
    }

    /// Clicks on an element.
    func click(_ element: Element) async throws { try await run("element/\(element.id)/click", [String: String]()) }

    /// Types into an element.
    func type(_ text: String, into element: Element) async throws {
        try await run("element/\(element.id)/value", ["text": text])
    }

    /// Runs a function's body in the page and returns its text.
    func text(of script: String) async throws -> String {
        struct Call: Encodable {
            let script: String
            let args: [String] = []
        }
        return try await post("execute/sync", Call(script: script))
    }

    /// Runs a function's body in the page as a truth value.
    func holds(_ script: String) async throws -> Bool {
        try await text(of: "return String(Boolean(\(script)))") == "true"
    }

    /// Forgets the page's cookies, as if the session had ended.
    func forgetCookies() async throws {
        let _: String? = try await Self.send(
            .DELETE, "\(address)/session/\(session)/cookie", Optional<[String: String]>.none)
    }

    /// Gives the window a size in CSS pixels.
    func resize(width: Int, height: Int) async throws {
        let _: Anything = try await post("window/rect", ["width": width, "height": height])
    }

    /// Has the page see a user who prefers dark or light colours.
    func prefer(dark: Bool) async throws {
        struct Feature: Encodable {
            let name = "prefers-color-scheme"
            let value: String
        }
        try await devTools("Emulation.setEmulatedMedia", ["features": [Feature(value: dark ? "dark" : "light")]])
    }

    /// What the browser takes the network for.
    struct Network: Encodable {
        let offline = false
        /// Milliseconds from a request to the first byte of its answer, besides what the server takes.
        var latency = 0
        /// Bytes a second; -1 for as many as come.
        var downloadThroughput = -1
        var uploadThroughput = -1
    }

    /// Has the browser see another network, until it is told otherwise.
    func emulate(_ network: Network) async throws {
        try await devTools("Network.enable", [String: String]())
        try await devTools("Network.emulateNetworkConditions", network)
    }

    /// Has the browser keep files, or ask for each anew.
    func useCache(_ isUsed: Bool) async throws {
        try await devTools("Network.enable", [String: String]())
        try await devTools("Network.setCacheDisabled", ["cacheDisabled": !isUsed])
    }

    /// Runs a script in each page that is opened from now on, before the page's own.
    func runFirst(_ script: String) async throws {
        try await devTools("Page.addScriptToEvaluateOnNewDocument", ["source": script])
    }

    private func devTools(_ command: String, _ parameters: some Encodable) async throws {
        let _: Anything = try await post("goog/cdp/execute", DevToolsCommand(cmd: command, params: parameters))
    }

    /// What the page looks like, as PNG.
    func screenshot() async throws -> Data {
        let encoded: String = try await get("screenshot")
        guard let data = Data(base64Encoded: encoded) else { throw Failure("the screenshot is no base64") }
        return data
    }

    /// Keeps a picture of the page where `GATEHOUSE_SCREENSHOTS` names a folder.
    func keepPicture(_ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["GATEHOUSE_SCREENSHOTS"] else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await screenshot().write(to: URL(fileURLWithPath: "\(folder)/\(name).png"))
    }

    /// What the console has shown since this was asked last.
    func console() async throws -> [ConsoleEntry] { try await post("se/log", ["type": "browser"]) }

    private func run(_ command: String, _ body: some Encodable) async throws {
        let _: String? = try await post(command, body)
    }

    private func get<Value: Decodable>(_ command: String) async throws -> Value {
        try await Self.send(.GET, "\(address)/session/\(session)/\(command)", Optional<[String: String]>.none)
    }

    private func post<Value: Decodable>(_ command: String, _ body: some Encodable) async throws -> Value {
        try await Self.send(.POST, "\(address)/session/\(session)/\(command)", body)
    }

    private static func send<Value: Decodable>(
        _ method: HTTPMethod, _ url: String, _ body: (some Encodable)?
    ) async throws -> Value {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(data: try JSONEncoder().encode(body)))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let data = Data(buffer: try await response.body.collect(upTo: 64 << 20))
        guard response.status == .ok else { throw try JSONDecoder().decode(Answer<Problem>.self, from: data).value }
        return try JSONDecoder().decode(Answer<Value>.self, from: data).value
    }

    private struct DevToolsCommand<Parameters: Encodable>: Encodable {
        let cmd: String
        let params: Parameters
    }

    /// An object that is not looked into.
    private struct Anything: Decodable {}

    private struct Answer<Value: Decodable>: Decodable {
        let value: Value
    }
}
