import Conversations
import Crypto
import Foundation
import Hummingbird
import HummingbirdTesting
import Identity
import Logging

@testable import ChatServer

/// A chat server with a store, a gateway key and a model of the test's choice.
struct Fixture {
    static let signerName =
        "arn:aws:elasticloadbalancing:local:000000000000:loadbalancer/app/gatehouse/0123456789abcdef"
    static let issuer = "https://localhost:8444/local_ABCdef123"
    static let client = "abcdefghijklmnopqrstuvwxyz"

    let store: SQLiteConversationStore
    let signer: IdentitySigner
    let application: Application<RouterResponder<ChatRequestContext>>
    let routes: [String]
    let metrics: ChatMetrics

    init(
        model: any ChatModel = OfflineModel(pace: .instant), limits: ChatConfiguration.Limits = .init(),
        storage: StorageLimits = .init()
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chat-\(UUID().uuidString)")
        let keys = folder.appendingPathComponent("identity-keys")
        try FileManager.default.createDirectory(at: keys, withIntermediateDirectories: true)
        signer = try Self.makeSigner()
        try Data(signer.publicKeyPEM.utf8).write(to: keys.appendingPathComponent("\(signer.keyID).pem"))
        store = try SQLiteConversationStore(
            path: folder.appendingPathComponent("chat.sqlite").path, limits: storage)
        let configuration = ChatConfiguration(
            socketPath: folder.appendingPathComponent("chat.sock").path, databasePath: "",
            identity: .init(
                keysDirectory: keys.path, signer: Self.signerName, issuer: Self.issuer, client: Self.client),
            limits: limits)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = try ChatServer(configuration: configuration, store: store, model: model, logger: logger)
        application = Application(responder: server.responder, logger: logger)
        routes = server.routes
        metrics = server.metrics
    }

    static func makeSigner(name: String = signerName) throws -> IdentitySigner {
        try IdentitySigner(privateKeyPEM: P256.Signing.PrivateKey().pemRepresentation, signer: name)
    }

    /// What the gateway adds for a signed-in user.
    func identity(
        _ subject: String = "ann", plain: String? = nil, by other: IdentitySigner? = nil, issuer: String = issuer,
        client: String = client, expiresIn seconds: Int = 60, groups: [String] = []
    ) throws -> HTTPFields {
        let member = groups.isEmpty ? "" : #","cognito:groups":\#(groups)"#
        let claims =
            #"{"sub":"\#(subject)","name":"\#(subject.capitalized) Example","email":"\#(subject)@example.com"\#(member)}"#
        let token = try (other ?? signer).sign(
            claims: Array(claims.utf8), issuer: issuer, client: client,
            expiry: Int(Date().timeIntervalSince1970) + seconds)
        return [.identityData: token, .identitySubject: plain ?? subject]
    }

    /// What the chat's own page sends for a signed-in user.
    func page(_ subject: String = "ann", groups: [String] = []) throws -> HTTPFields {
        var headers = try identity(subject, groups: groups)
        headers[.secFetchSite] = "same-origin"
        headers[.contentType] = "application/json"
        return headers
    }
}

/// One server-sent event.
struct ServerEvent: Equatable {
    var id: Int
    var name: String
    var data: [String: JSONValue]

    static func all(in body: ByteBuffer) -> [ServerEvent] {
        String(buffer: body).components(separatedBy: "\n\n").compactMap { frame in
            var fields: [String: String] = [:]
            for line in frame.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                if parts.count == 2, !parts[0].isEmpty { fields[parts[0]] = parts[1] }
            }
            guard let id = fields["id"].flatMap({ Int($0) }), let name = fields["event"],
                let data = fields["data"].flatMap({ JSONValue(json: Array($0.utf8)) })?.object
            else { return nil }
            return ServerEvent(id: id, name: name, data: data)
        }
    }
}

extension TestClientProtocol {
    func json(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: String? = nil
    ) async throws -> (status: Int, body: [String: JSONValue]) {
        try await execute(uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }) {
            ($0.status.code, JSONValue(json: Array($0.body.readableBytesView))?.object ?? [:])
        }
    }

    func newConversation(_ headers: HTTPFields) async throws -> String {
        try await json(.post, "/api/conversations", headers, "{}").body["id"]?.string ?? "none"
    }

    func ask(_ id: String, _ body: String, _ headers: HTTPFields) async throws -> [ServerEvent] {
        try await execute(
            uri: "/api/conversations/\(id)/messages", method: .post, headers: headers, body: ByteBuffer(string: body)
        ) { ServerEvent.all(in: $0.body) }
    }
}
