import AWSSignature
import Foundation
public import Identity
public import Operations

/// Calls the API of a running user pool over its admin socket, signed with an administrator's key: what `gatehouse users` does.
public struct PoolAdministrator: Sendable {
    /// An answer that refuses.
    public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        /// Cognito's type: `UserNotFoundException`.
        public let type: String
        /// Its text.
        public let message: String

        /// The text, or the type where there is none.
        public var description: String { message.isEmpty ? type : message }
    }

    /// The pool's id.
    public let poolID: String
    private let client: SocketClient
    private let credentials: SigningCredentials
    private let signer: RequestSigner
    private let clock: @Sendable () -> Int

    /// The administrator of the pool that `configuration` describes.
    ///
    /// - Throws: an `OperationsError` where the keys cannot be read.
    public init(_ configuration: UserPoolConfiguration, profile: String = "default") throws(OperationsError) {
        let file = configuration.api.credentialsFile
        guard let credentials = try AWSCredentialsFile.read(file).profiles[profile] else {
            throw OperationsError("\(file) has no profile \(profile).")
        }
        self.init(
            poolID: configuration.poolID, socket: configuration.api.socketPath, credentials: credentials,
            region: configuration.api.region)
    }

    init(
        poolID: String, socket: String, credentials: SigningCredentials, region: String,
        clock: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
    ) {
        self.poolID = poolID
        client = SocketClient(path: socket)
        self.credentials = credentials
        signer = RequestSigner(region: region, service: "cognito-idp")
        self.clock = clock
    }

    /// Does an operation on the pool.
    ///
    /// - Parameters:
    ///   - operation: its name, such as `AdminGetUser`.
    ///   - members: the request but for `UserPoolId`.
    /// - Returns: the answer's members; none for an empty one.
    /// - Throws: ``Refusal``, or an `OperationsError` where nobody answers.
    @discardableResult
    public func call(_ operation: String, _ members: [String: JSONValue?] = [:]) async throws -> [String: JSONValue] {
        var members = members.compactMapValues { $0 }
        members["UserPoolId"] = .string(poolID)
        let prefix = APIOperation(name: operation)?.service ?? APIOperation.cognito
        let body = JSONValue.object(members).json
        var fields = [
            (name: "Host", value: "localhost"), (name: "Content-Type", value: "application/x-amz-json-1.1"),
            (name: "X-Amz-Target", value: prefix + operation),
        ]
        fields += signer.headers(
            for: SignableRequest(method: "POST", path: "/", headers: fields, body: .bytes(body)), with: credentials,
            at: SigningTime(secondsSince1970: clock()))
        let answer: SocketClient.Answer
        do {
            answer = try await client.send("POST", "/", fields: fields, body: body)
        } catch {
            throw OperationsError("\(error) Is Gatehouse running? \"gatehouse up\" starts it.")
        }
        guard !answer.body.isEmpty else {
            guard answer.status == 200 else { throw Refusal(type: "HTTP \(answer.status)", message: "") }
            return [:]
        }
        guard let document = JSONValue(json: answer.body)?.object else {
            throw OperationsError(
                "\(client.path) gave an answer that is no JSON object. Is it the user pool's admin socket?")
        }
        guard answer.status == 200 else {
            throw Refusal(
                type: document["__type"]?.string ?? "HTTP \(answer.status)", message: document["message"]?.string ?? "")
        }
        return document
    }

    /// All items of a list that comes in pages.
    ///
    /// - Parameters:
    ///   - member: what the list is called in answers: `Users`.
    ///   - token: what its next page is called: `PaginationToken`, `NextToken`.
    public func all(
        _ operation: String, _ members: [String: JSONValue?] = [:], member: String, token: String
    ) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var members = members
        while true {
            let page = try await call(operation, members)
            items += page[member]?.array ?? []
            guard let next = page[token] else { return items }
            members[token] = next
        }
    }
}
