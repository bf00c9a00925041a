import AWSSignature
public import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// Calls `Converse` and `ConverseStream` of the Bedrock runtime: signed, in time, repeated where that helps.
public final class BedrockClient: Sendable {
    /// How requests show who they are from.
    public enum Authorization: Sendable {
        /// A Bedrock API key.
        case bearer(String)
        /// Signature Version 4.
        case signed(CredentialCache)
    }

    /// How long what may take.
    public struct Timeouts: Hashable, Sendable {
        /// A connection.
        public var connect = Duration.seconds(3)
        /// From the request to the first event of the answer.
        public var firstEvent = Duration.seconds(60)
        /// From one event to the next.
        public var nextEvent = Duration.seconds(60)

        /// The usual times.
        public init() {}
    }

    private let http: HTTPClient
    private let endpoint: ServiceEndpoint
    private let signer: RequestSigner
    private let authorization: Authorization
    private let timeouts: Timeouts
    private let policy: RetryPolicy
    private let now: @Sendable () -> Int
    private let jitter: @Sendable () -> Double
    private let state: Mutex<State>

    private struct State {
        var budget = RetryBudget()
        var breaker: CircuitBreaker
        /// Seconds that the provider's clock is ahead of ours.
        var clockOffset = 0
        /// What models have said they do not take.
        var refused: [String: Set<ServiceError.Sampling>] = [:]
    }

    /// - Parameters:
    ///   - http: the client to use; it stays the caller's.
    ///   - region: the region that requests are signed for, which is the endpoint's.
    ///   - now: seconds since 1970.
    public init(
        http: HTTPClient, endpoint: ServiceEndpoint, region: String, authorization: Authorization,
        timeouts: Timeouts = Timeouts(), attempts: Int = 3,
        now: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
    ) {
        self.http = http
        self.endpoint = endpoint
        self.authorization = authorization
        self.timeouts = timeouts
        self.now = now
        signer = RequestSigner(region: region, service: "bedrock")
        var policy = RetryPolicy()
        policy.attempts = attempts
        self.policy = policy
        jitter = { Double.random(in: 0...1) }
        state = Mutex(State(breaker: CircuitBreaker()))
    }

    /// For tests: other waits, another breaker.
    init(
        http: HTTPClient, endpoint: ServiceEndpoint, region: String, authorization: Authorization, timeouts: Timeouts,
        policy: RetryPolicy, breaker: CircuitBreaker, now: @escaping @Sendable () -> Int
    ) {
        self.http = http
        self.endpoint = endpoint
        self.authorization = authorization
        self.timeouts = timeouts
        self.policy = policy
        self.now = now
        signer = RequestSigner(region: region, service: "bedrock")
        jitter = { Double.random(in: 0...1) }
        state = Mutex(State(breaker: breaker))
    }

    /// Whether the provider is left alone because it failed again and again.
    public var isOpen: Bool { state.withLock { $0.breaker.isOpen } }

    /// Has a model answer piece by piece.
    ///
    /// The call is repeated only as long as no text has been handed on.
    ///
    /// - Parameter take: takes each event; what it throws ends the call and is rethrown.
    /// - Throws: ``ProviderFailure``, `CancellationError`, or what `take` throws.
    public func converseStream(
        _ model: ModelIdentifier, _ request: ConverseRequest,
        take: @escaping @Sendable (ConverseStreamEvent) async throws -> Void
    ) async throws {
        let handedOn = Atomic(false)
        try await repeating(model, request, mayRepeat: { !handedOn.load(ordering: .acquiring) }) { body, attempt in
            try await self.stream(self.request(model, "converse-stream", body, attempt)) { event in
                if case .text(let text, _) = event, !text.isEmpty { handedOn.store(true, ordering: .releasing) }
                try await take(event)
            }
        }
    }

    /// Has a model answer at once.
    ///
    /// - Throws: ``ProviderFailure`` or `CancellationError`.
    public func converse(_ model: ModelIdentifier, _ request: ConverseRequest) async throws -> ConverseResponse {
        let answer = Mutex<ConverseResponse?>(nil)
        var request = request
        request.guardrailConfig?.streamProcessingMode = nil
        try await repeating(model, request, mayRepeat: { true }) { body, attempt in
            let deadline = MovingDeadline(.firstEvent, in: self.timeouts.firstEvent)
            let request = try await self.request(model, "converse", body, attempt)
            let bytes = try await deadline.guarding {
                try await self.execute(request) { try await $0.body.collect(upTo: Self.largestAnswer) }
            }
            guard let read = try? JSONDecoder().decode(ConverseResponse.self, from: Data(bytes.readableBytesView))
            else {
                throw ProviderFailure.malformedAnswer
            }
            answer.withLock { $0 = read }
        }
        guard let response = answer.withLock({ $0 }) else { preconditionFailure("a call without error has an answer") }
        return response
    }

    private static let largestAnswer = 64 << 20
    private static let largestError = 65_536
}

// MARK: Repeating

extension BedrockClient {
    /// One attempt: its number and the id that all attempts of a call share.
    private struct Attempt {
        var number = 1
        let invocation = UUID().uuidString.lowercased()
    }

    private func repeating(
        _ model: ModelIdentifier, _ request: ConverseRequest, mayRepeat: () -> Bool,
        _ call: @escaping @Sendable (_ body: [UInt8], _ attempt: Attempt) async throws -> Void
    ) async throws {
        var attempt = Attempt()
        var paid: Int?
        var isRenewed = false
        var givenUp: Set<ServiceError.Sampling> = []
        var last: ProviderFailure?
        while true {
            // Where this call's own failures opened the circuit, they say more.
            guard state.withLock({ $0.breaker.mayAsk(at: .now) }) else { throw last ?? .circuitOpen }
            let failure: ProviderFailure
            do {
                try await call(try body(of: request, for: model), attempt)
                state.withLock {
                    $0.breaker.succeeded()
                    $0.budget.succeeded(paid: paid)
                }
                return
            } catch {
                guard !Task.isCancelled, let known = ProviderFailure(error) else {
                    state.withLock { $0.breaker.abandoned() }
                    throw Task.isCancelled ? CancellationError() : error
                }
                failure = known
            }
            last = failure
            note(failure)
            guard mayRepeat() else { throw failure }
            if case .service(let error) = failure, case .parameterRefused(let parameter) = error.kind {
                // Remembered for the model, as others may have just done; each parameter is given up once in a call.
                _ = state.withLock { $0.refused[model.rawValue, default: []].insert(parameter) }
                guard givenUp.insert(parameter).inserted else { throw failure }
                continue
            }
            switch failure.retry {
            case .never: throw failure
            case .afterRenewal:
                guard !isRenewed else { throw failure }
                isRenewed = true
            case .once, .transient, .throttling:
                let limit = if case .once = failure.retry { 2 } else { policy.attempts }
                guard attempt.number < min(limit, policy.attempts), let price = pay(for: failure) else { throw failure }
                paid = price
                try await Task.sleep(for: wait(after: failure, attempt.number))
            }
            attempt.number += 1
        }
    }

    private func note(_ failure: ProviderFailure) {
        state.withLock { state in
            if failure.isProvidersFault {
                state.breaker.failed(at: .now)
            } else if case .service = failure {
                // It answered, if not as was hoped.
                state.breaker.succeeded()
            } else {
                state.breaker.abandoned()
            }
        }
    }

    private func pay(for failure: ProviderFailure) -> Int? {
        let isTimeout = if case .timeout = failure { true } else { false }
        return state.withLock { $0.budget.pay(isTimeout: isTimeout) }
    }

    private func wait(after failure: ProviderFailure, _ attempt: Int) -> Duration {
        let throttled = if case .throttling = failure.retry { true } else { false }
        let asked: Duration? = if case .service(let error) = failure { error.retryAfter } else { nil }
        return policy.wait(after: attempt, throttled: throttled, asked: asked, random: jitter())
    }

    private func body(of request: ConverseRequest, for model: ModelIdentifier) throws(ProviderFailure) -> [UInt8] {
        var request = request
        for parameter in state.withLock({ $0.refused[model.rawValue] ?? [] }) {
            switch parameter {
            case .temperature: request.inferenceConfig?.temperature = nil
            case .topP: request.inferenceConfig?.topP = nil
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(request) else {
            throw .service(ServiceError(kind: .validation, status: 400))
        }
        return Array(data)
    }
}

// MARK: One attempt

extension BedrockClient {
    private struct SignedRequest: Sendable {
        let request: HTTPClient.Request
        /// What signed it; nil for a bearer key.
        let credentials: SigningCredentials?
    }

    private func request(
        _ model: ModelIdentifier, _ operation: String, _ body: [UInt8], _ attempt: Attempt
    ) async throws(ProviderFailure) -> SignedRequest {
        let path = endpoint.path("/model/\(PercentEncoding.encode(model.rawValue))/\(operation)")
        var headers = [("Host", endpoint.host), ("Content-Type", "application/json")]
        var credentials: SigningCredentials?
        switch authorization {
        case .bearer(let key): headers.append(("Authorization", "Bearer \(key)"))
        case .signed(let cache):
            let found: SigningCredentials
            do { found = try await cache.credentials() } catch { throw .credentials(error) }
            let time = SigningTime(secondsSince1970: now() + state.withLock { $0.clockOffset })
            let signable = SignableRequest(method: "POST", path: path, headers: headers, body: .bytes(body))
            headers += signer.headers(for: signable, with: found, at: time)
            credentials = found
        }
        headers += [
            ("User-Agent", "gatehouse-chat"), ("amz-sdk-invocation-id", attempt.invocation),
            ("amz-sdk-request", "attempt=\(attempt.number); max=\(policy.attempts)"),
        ]
        guard
            let request = try? HTTPClient.Request(
                url: endpoint.url(path), method: .POST, headers: HTTPHeaders(headers),
                body: .byteBuffer(ByteBuffer(bytes: body)))
        else { throw .connection(.notMade) }
        return SignedRequest(request: request, credentials: credentials)
    }

    /// Sends a request and has a good answer taken, its body still to come; any other is thrown as an error. Deadlines are kept outside.
    private func execute<Result: Sendable>(
        _ signed: SignedRequest, _ take: (StreamedAnswer) async throws -> Result
    ) async throws -> Result {
        try await http.answering(signed.request) { answer in
            guard answer.head.status != .ok else { return try await take(answer) }
            let headers = answer.head.headers
            let requestID = headers.first(name: "x-amzn-requestid").map { String($0.prefix(128)) }
            let body =
                (try? await answer.body.collect(upTo: Self.largestError)).map { Array($0.readableBytesView) } ?? []
            let error = ServiceError(
                status: Int(answer.head.status.code), type: headers.first(name: "x-amzn-errortype"), body: body,
                requestID: requestID.flatMap(Self.printable), retryAfter: Self.retryAfter(headers))
            if case .afterRenewal = error.retry { await renew(signed, headers.first(name: "date")) }
            throw ProviderFailure.service(error)
        }
    }

    /// The next attempt is signed with new credentials, at the provider's time.
    private func renew(_ signed: SignedRequest, _ date: String?) async {
        guard let credentials = signed.credentials, case .signed(let cache) = authorization else { return }
        await cache.invalidate(credentials)
        guard let theirs = date.flatMap(HTTPDate.seconds) else { return }
        let offset = theirs - now()
        if abs(offset) > 60 { state.withLock { $0.clockOffset = offset } }
    }

    private func stream(
        _ signed: SignedRequest, take: @escaping @Sendable (ConverseStreamEvent) async throws -> Void
    ) async throws {
        let deadline = MovingDeadline(.firstEvent, in: timeouts.firstEvent)
        // From the end of the answer on, what goes wrong takes nothing away from it.
        let isWhole = Atomic(false)
        do {
            try await deadline.guarding {
                try await self.execute(signed) { answer in
                    let type = answer.head.headers.first(name: "content-type") ?? ""
                    guard type.lowercased().hasPrefix("application/vnd.amazon.eventstream") else {
                        throw ProviderFailure.malformedAnswer
                    }
                    try await self.read(answer.body, deadline, isWhole, take)
                }
            }
        } catch {
            guard !Task.isCancelled, isWhole.load(ordering: .acquiring), ProviderFailure(error) != nil else {
                throw error
            }
        }
    }

    private func read(
        _ body: StreamedAnswer.Body, _ deadline: MovingDeadline, _ isWhole: borrowing Atomic<Bool>,
        _ take: @Sendable (ConverseStreamEvent) async throws -> Void
    ) async throws {
        var decoder = EventStreamDecoder()
        for try await buffer in body {
            decoder.append(buffer.readableBytesView)
            while let message = try Self.message(from: &decoder) {
                let event = try ConverseStreamEvent(message)
                // A slow taker is not the model's fault.
                deadline.rest()
                try await take(event)
                deadline.move(to: .nextEvent, in: timeouts.nextEvent)
                switch event {
                case .messageStop: isWhole.store(true, ordering: .releasing)
                // Nothing follows but the end of the body, with which the connection can be used again.
                case .metadata: deadline.move(to: .nextEvent, in: Self.lastPatience)
                default: break
                }
            }
        }
        guard (try? decoder.ended()) != nil, isWhole.load(ordering: .acquiring) else { throw ProviderFailure.cutStream }
    }

    private static func message(from decoder: inout EventStreamDecoder) throws(ProviderFailure) -> EventStreamMessage? {
        do { return try decoder.next() } catch { throw .damagedStream(error) }
    }

    private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        if let text = headers.first(name: "x-amz-retry-after"), let milliseconds = Int(text), milliseconds >= 0 {
            return .milliseconds(min(milliseconds, 3_600_000))
        }
        guard let text = headers.first(name: "retry-after"), let seconds = Int(text), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 3_600))
    }

    /// An id that may be written into a log.
    private static func printable(_ id: String) -> String? {
        id.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? id : nil
    }

    private static let lastPatience = Duration.seconds(1)
}
