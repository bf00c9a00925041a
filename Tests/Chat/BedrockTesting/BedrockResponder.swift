public import AWSSignature
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A stand-in for Bedrock's runtime on a free port of loopback: checks the signature of each request from its raw path, keeps the request, and
/// answers as a script wants it.
public final class BedrockResponder: Sendable {
    /// The credentials that it knows.
    public static let credentials = SigningCredentials(accessKeyID: "AKIDTEST", secretAccessKey: "test/secret+key")
    /// The bearer key that it knows.
    public static let bearerKey = "bedrock-api-key-dGVzdA=="
    /// The region that requests have to be signed for.
    public static let region = "eu-west-2"

    /// Answers a request; `number` counts from 1.
    public typealias Script = @Sendable (_ call: ReceivedCall, _ number: Int) -> ScriptedReply

    /// Its address, without a path.
    public let url: String
    private let log: CallLog
    private let serving: Task<Void, any Error>

    private init(port: Int, log: CallLog, serving: Task<Void, any Error>) {
        url = "http://127.0.0.1:\(port)"
        self.log = log
        self.serving = serving
    }

    /// The requests so far.
    public var calls: [ReceivedCall] { log.calls }

    /// Waits until so many requests have come.
    ///
    /// - Returns: the last of them; nil if they did not come within a minute, which a busy machine may need.
    public func call(_ number: Int) async throws -> ReceivedCall? {
        let end = ContinuousClock.now + .seconds(60)
        while calls.count < number, .now < end { try await Task.sleep(for: .milliseconds(5)) }
        return calls.count >= number ? calls[number - 1] : nil
    }

    /// Runs work against a responder, and stops it.
    ///
    /// - Parameters:
    ///   - known: the credentials it knows.
    ///   - checks: whether requests without a good signature or key are refused.
    public static func running<Result: Sendable>(
        knowing known: [SigningCredentials] = [credentials], checks: Bool = true, script: @escaping Script,
        _ work: @Sendable (BedrockResponder) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Without assistance for pipelining, which stops reading, the client's leaving is seen at once.
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: false, withErrorHandling: false)
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        let log = CallLog(known: known, checks: checks, script: script)
        let serving = Task {
            try await server.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask { try? await log.serve(connection) }
                    }
                }
            }
        }
        let responder = BedrockResponder(port: server.channel.localAddress?.port ?? 0, log: log, serving: serving)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await work(responder))
        } catch {
            result = .failure(error)
        }
        serving.cancel()
        _ = await serving.result
        return try result.get()
    }
}

typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

/// The requests, and how each is answered.
private final class CallLog: Sendable {
    private let known: [SigningCredentials]
    private let checks: Bool
    private let script: BedrockResponder.Script
    private let kept = Mutex<[ReceivedCall]>([])

    init(known: [SigningCredentials], checks: Bool, script: @escaping BedrockResponder.Script) {
        self.known = known
        self.checks = checks
        self.script = script
    }

    var calls: [ReceivedCall] { kept.withLock { $0 } }

    func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let new): (head, body) = (new, [])
                case .body(let bytes): body += bytes.readableBytesView
                case .end:
                    guard let request = head else { return }
                    let call = received(request, body)
                    connection.channel.closeFuture.whenComplete { _ in call.closed() }
                    let number = kept.withLock { calls in
                        calls.append(call)
                        return calls.count
                    }
                    let goesOn = try await answer(call, reply(to: call, number), outbound, connection.channel)
                    guard goesOn, request.isKeepAlive else { return }
                }
            }
        }
    }

    private func received(_ head: HTTPRequestHead, _ body: [UInt8]) -> ReceivedCall {
        let headers = head.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return ReceivedCall(
            method: head.method.rawValue, path: parts[0], headers: headers, body: body,
            refusal: refusal(
                of: SignableRequest(
                    method: head.method.rawValue, path: parts[0], query: parts.count == 2 ? parts[1] : "",
                    headers: headers, body: .bytes(body))))
    }

    private func refusal(of request: SignableRequest) -> ReceivedCall.Refusal? {
        let authorization = request.headers.first { $0.name == "authorization" }?.value ?? ""
        if authorization.hasPrefix("Bearer ") {
            return authorization == "Bearer \(BedrockResponder.bearerKey)" ? nil : .bearer
        }
        do {
            try SignatureVerifier(region: BedrockResponder.region, service: "bedrock").verify(
                request, at: SigningTime(secondsSince1970: Int(Date().timeIntervalSince1970))
            ) { id in known.first { $0.accessKeyID == id } }
            return nil
        } catch {
            return .signature(error)
        }
    }

    private func reply(to call: ReceivedCall, _ number: Int) -> ScriptedReply {
        switch call.refusal {
        case _ where !checks: break
        case .bearer: return .error(403, "AccessDeniedException", "The bearer key is not valid.")
        case .signature(.unknownKey):
            return .error(403, "UnrecognizedClientException", "The security token is invalid.")
        case .signature(let reason): return .error(403, "InvalidSignatureException", reason.description)
        case nil: break
        }
        return script(call, number)
    }

    private static func date() -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: Date())
    }

    /// - Returns: whether the connection can be used for another request.
    private func answer(
        _ call: ReceivedCall, _ reply: ScriptedReply, _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>,
        _ channel: any Channel
    ) async throws -> Bool {
        if reply.delay > .zero { try await Task.sleep(for: reply.delay) }
        var headers = HTTPHeaders(reply.headers)
        headers.add(name: "x-amzn-requestid", value: "11111111-2222-3333-4444-555555555555")
        headers.add(name: "date", value: Self.date())
        headers.add(name: "transfer-encoding", value: "chunked")
        let status = HTTPResponseStatus(statusCode: reply.status)
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
        for step in reply.steps {
            switch step {
            case .bytes(let bytes): try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
            case .pause(let time): try await Task.sleep(for: time)
            case .hang:
                try await channel.closeFuture.get()
                return false
            case .close:
                call.answered()
                return false
            case .reset:
                call.answered()
                try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
                return false
            }
        }
        call.answered()
        try await outbound.write(.end(nil))
        return true
    }
}
