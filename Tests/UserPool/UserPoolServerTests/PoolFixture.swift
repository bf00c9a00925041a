import Accounts
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Operations
import Synchronization
import Tokens

@testable import UserPoolServer
@testable import UserPoolStore

/// A pool with one client and two users, in process, with a clock of its own.
final class PoolFixture: Sendable {
    static let callback = "https://localhost:8443/oauth2/idpresponse"
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let secret = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdef"
    static let password = "SecureAdmin2025!@#"
    static let query =
        "client_id=app1&response_type=code&scope=openid+email&state=s%2F1&nonce=n1"
        + "&redirect_uri=\(FormParameters.percentEncode(callback))"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"

    /// RSA keys take a while to make, so all tests share two.
    private static let keys = Result {
        (id: try SigningKey(pem: SigningKey.makePEM()), access: try SigningKey(pem: SigningKey.makePEM()))
    }

    let pool: Pool
    let folder: String
    private let time: Clock

    /// A clock that is moved by hand, in milliseconds.
    private final class Clock: Sendable {
        let now = Mutex(1_000_000_000)
    }

    init(changing change: (inout UserPoolConfiguration) -> Void = { _ in }) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pool-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var configuration = UserPoolConfiguration(
            poolID: "local_Test12345", endpoint: "https://localhost:8444", poolName: "Gatehouse",
            passwordPolicy: PasswordPolicy(),
            client: .init(
                application: AppClient(
                    id: "app1", name: "Chat & <Co>", callbackURLs: [Self.callback],
                    logoutURLs: ["https://localhost:8443/"],
                    scopes: [.openid, .email, .profile]),
                name: "Chat & <Co>", secretFile: "", tokenValidity: 3600, refreshTokenValidity: 604_800),
            administrator: nil, socketPath: "", databasePath: "", logLevel: .error)
        configuration.client.application.lifetimes.refresh = 604_800
        change(&configuration)
        let store = try UserPoolStore(
            path: "\(folder)/userpool.sqlite", passwordCost: .init(logRounds: 4, blockSize: 1, parallelism: 1))
        let keys = try Self.keys.get()
        let time = Clock()
        self.time = time
        pool = Pool(
            configuration: configuration, clientSecret: Self.secret, store: store,
            tokens: try await TokenIssuer(
                issuer: configuration.issuer, idTokenKey: keys.id, accessTokenKey: keys.access),
            seal: FormSeal(key: Array(repeating: 7, count: 32)),
            knownBrowser: KnownBrowser(key: Array(repeating: 7, count: 32)),
            pages: try PoolPages(poolName: configuration.poolName), errands: Errands(logger: Logger(label: "errands")),
            secretBlockKey: SymmetricKey(size: .bits256),
            clock: { time.now.withLock { $0 } })
        try await store.createUser(
            try Username("admin"), password: .permanent(Self.password),
            attributes: ["email": "admin@example.org", "email_verified": "true"], groups: ["admin"], now: pool.now)
        try await store.createUser(
            try Username("newcomer"), password: .temporary("Temporary-123", expiresAt: pool.now + 86_400),
            attributes: [:], groups: [], now: pool.now)
    }

    deinit {
        try? pool.store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Moves the clock on.
    func wait(seconds: Int) {
        time.now.withLock { $0 += seconds * 1000 }
    }

    /// Runs `body` with a browser and a client of the pool.
    ///
    /// - Parameter logger: gets what the pool logs; nil: nobody does.
    func test(logger: Logger? = nil, _ body: @escaping @Sendable (Browser) async throws -> Void) async throws {
        try await testBrowsers(logger: logger) { open in try await body(open("127.0.0.1")) }
    }

    /// Runs `body`, which opens browsers at addresses of its choice, as the gateway names them.
    func testBrowsers(
        logger: Logger? = nil,
        _ body: @escaping @Sendable (_ open: @Sendable (String) -> Browser) async throws -> Void
    ) async throws {
        let pools = try await PoolDirectory(main: pool, state: StateDirectory(path: folder))
        var application = Application(router: try UserPoolServer.router(pool, pools: pools))
        application.logger.logLevel = .critical
        if let logger { application.logger = logger }
        try await application.test(.router) { client in
            try await body { address in Browser(client: client, address: address) }
        }
    }
}

/// Sends requests and keeps cookies, as a browser does.
final class Browser: Sendable {
    private let client: any TestClientProtocol
    private let address: String
    private let jar = Mutex<[String: String]>([:])

    init(client: any TestClientProtocol, address: String) {
        self.client = client
        self.address = address
    }

    /// The value of a cookie; set it to tamper.
    subscript(cookie name: String) -> String? {
        get { jar.withLock { $0[name] } }
        set { jar.withLock { $0[name] = newValue } }
    }

    @discardableResult
    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Page {
        try await send(path, .get, headers, nil)
    }

    @discardableResult
    func post(_ path: String, _ form: [(String, String)], headers: HTTPFields = [:]) async throws -> Page {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/x-www-form-urlencoded" }
        return try await send(path, .post, headers, FormParameters.encode(form))
    }

    func send(_ path: String, _ method: HTTPRequest.Method, _ headers: HTTPFields, _ body: String?) async throws -> Page
    {
        var headers = headers
        let cookies = jar.withLock { $0.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        if !cookies.isEmpty { headers[.cookie] = cookies }
        // The client's own word for its address stands first.
        headers[.xForwardedFor] = "\(UInt8.random(in: 1...255)).0.2.7, \(address)"
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        for cookie in response.headers[values: .setCookie] {
            let pair = cookie.split(separator: ";")[0].split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isRemoval = cookie.contains("Max-Age=0")
            jar.withLock { $0[String(pair[0])] = isRemoval ? nil : String(pair[1]) }
        }
        return Page(status: response.status.code, headers: response.headers, body: String(buffer: response.body))
    }

    /// Opens the sign-in page and submits it.
    func signIn(
        _ username: String = "admin", _ password: String = PoolFixture.password, query: String = PoolFixture.query
    ) async throws -> Page {
        let form = try await get("/login?\(query)")
        guard form.status == 200 else { return form }
        return try await post(
            "/login?\(query)",
            [("_csrf", form.field("_csrf")), ("username", username), ("password", password), ("cognitoAsfData", "")])
    }

    /// Signs in and gives the code.
    func code() async throws -> String {
        try await signIn().locationParameter("code") ?? ""
    }

    /// Redeems a code, as the gateway does.
    func redeem(
        _ code: String, changing changes: [String: String?] = [:],
        authorization: String? = "Basic " + Data("app1:\(PoolFixture.secret)".utf8).base64EncodedString()
    ) async throws -> Page {
        var form: [String: String?] = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": PoolFixture.callback,
            "code_verifier": PoolFixture.verifier,
        ]
        form.merge(changes) { $1 }
        var headers = HTTPFields()
        headers[.authorization] = authorization
        return try await post(
            "/oauth2/token", form.compactMap { name, value in value.map { (name, $0) } }, headers: headers)
    }
}

/// An answer.
struct Page: Sendable {
    let status: Int
    let headers: HTTPFields
    let body: String

    var location: String { headers[.location] ?? "" }

    /// A parameter of the location's query.
    func locationParameter(_ name: String) -> String? {
        guard let query = location.split(separator: "?", maxSplits: 1).last else { return nil }
        return FormParameters(query.utf8)?[name]
    }

    /// The value of a hidden field.
    func field(_ name: String) -> String {
        guard let start = body.range(of: "name=\"\(name)\" value=\"") else { return "" }
        return String(body[start.upperBound...].prefix { $0 != "\"" })
    }

    /// A text member of the JSON body.
    func member(_ name: String) -> String? {
        let object = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        return object?[name] as? String
    }
}
