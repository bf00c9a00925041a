import AWSSignature
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Logging
import Operations
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

/// The JSON API of a pool in process, with a clock of its own.
final class APIFixture: Sendable {
    static let keys = SigningCredentials(accessKeyID: "GATEHOUSETESTKEY0001", secretAccessKey: "0123456789abcdefghij")
    static let pool = "local_Test12345"

    let fixture: PoolFixture
    let pools: PoolDirectory

    init(changing change: (inout UserPoolConfiguration) -> Void = { _ in }) async throws {
        fixture = try await PoolFixture(changing: change)
        pools = try await PoolDirectory(main: fixture.pool, state: StateDirectory(path: fixture.folder))
    }

    /// Runs `body` with an administrator, who signs, and somebody at the pool's own listener, who does not.
    ///
    /// - Parameter logger: gets what both write; nil: nobody does.
    func test(
        logger: Logger? = nil,
        _ body: @escaping @Sendable (_ admin: APICaller, _ anybody: APICaller) async throws -> Void
    ) async throws {
        let access = AdministratorAccess(keys: [Self.keys], region: "local")
        let api = APIServer(
            endpoint: UserPoolServer.endpoint(pools, .administrators(access)), configuration: APIConfiguration(),
            state: StateDirectory(path: fixture.folder), logger: Logger(label: "api"))
        var inside = Application(router: api.router)
        var outside = Application(router: try UserPoolServer.router(fixture.pool, pools: pools))
        inside.logger.logLevel = .critical
        outside.logger.logLevel = .critical
        if let logger {
            inside.logger = logger
            outside.logger = logger
        }
        let fixture = fixture
        let outsideFinal = outside
        try await inside.test(.router) { admin in
            try await outsideFinal.test(.router) { anybody in
                try await body(
                    APICaller(client: admin, keys: Self.keys, now: { fixture.pool.now }),
                    APICaller(client: anybody, keys: nil, now: { fixture.pool.now }))
            }
        }
        await pools.closeSiblings()
    }
}

/// Calls operations.
struct APICaller: Sendable {
    let client: any TestClientProtocol
    let keys: SigningCredentials?
    let now: @Sendable () -> Int

    /// What came back.
    struct Answer: Sendable, CustomStringConvertible {
        let status: Int
        let headers: HTTPFields
        let text: String

        var document: [String: JSONValue] { JSONValue(json: Array(text.utf8))?.object ?? [:] }
        var type: String? { document["__type"]?.string }
        var message: String? { document["message"]?.string }
        var description: String { "\(status) \(text)" }

        /// A value deep inside: `User.Attributes`.
        subscript(_ path: String) -> JSONValue? {
            path.split(separator: ".").reduce(.object(document)) { (value: JSONValue?, name) in
                value?.object?[String(name)]
            }
        }
    }

    /// Calls an operation of the configured pool; `UserPoolId` is added where the operation has one and `members` do not.
    @discardableResult
    func callAsFunction(_ operation: APIOperation, _ members: [String: JSONValue] = [:]) async throws -> Answer {
        var members = members
        if operation.input.contains(where: { $0.name == "UserPoolId" }), members["UserPoolId"] == nil {
            members["UserPoolId"] = .string(APIFixture.pool)
        }
        return try await send(target: operation.service + operation.name, JSONValue.object(members).json)
    }

    /// Sends a request, signed if this caller has keys.
    ///
    /// - Parameter changing: changes the header fields after they were signed.
    func send(
        target: String, _ body: [UInt8], contentType: String = "application/x-amz-json-1.1", region: String = "local",
        service: String = "cognito-idp", at time: Int? = nil, with keys: SigningCredentials? = nil, path: String = "/",
        sending sent: [UInt8]? = nil, changing: (inout HTTPFields) -> Void = { _ in }
    ) async throws -> Answer {
        var fields = [
            (name: "Host", value: "localhost"), (name: "Content-Type", value: contentType),
            (name: "X-Amz-Target", value: target),
        ]
        if let keys = keys ?? self.keys {
            fields += RequestSigner(region: region, service: service).headers(
                for: SignableRequest(method: "POST", path: "/", headers: fields, body: .bytes(body)), with: keys,
                at: SigningTime(secondsSince1970: time ?? now()))
        }
        var headers = HTTPFields()
        for field in fields where field.name != "Host" {
            headers[try #require(HTTPField.Name(field.name))] = field.value
        }
        changing(&headers)
        let response = try await client.execute(
            uri: path, method: .post, headers: headers, body: ByteBuffer(bytes: sent ?? body))
        return Answer(
            status: response.status.code, headers: response.headers, text: String(buffer: response.body))
    }
}

/// Whether an answer refuses so: type, text, and what every refusal has.
func expect(
    _ answer: APICaller.Answer, refuses type: String, _ text: String? = nil, status: Int = 400,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status && answer.type == type, "\(answer)", sourceLocation: sourceLocation)
    if let text { #expect(answer.message == text, "\(answer)", sourceLocation: sourceLocation) }
    #expect(answer.headers[.amzErrorType] == type, sourceLocation: sourceLocation)
    #expect(answer.headers[.amzRequestID]?.isEmpty == false, sourceLocation: sourceLocation)
    #expect(answer.headers[.contentType] == "application/x-amz-json-1.1", sourceLocation: sourceLocation)
}
