import Foundation
import Identity
public import Operations

/// Sends forged identities to a backend and tells which it takes: `gatehouse selftest-backend`.
public struct BackendSelftest: Sendable {
    /// How a backend answered one probe.
    public struct Result: Codable, Sendable, Equatable {
        /// The probe's name, as `wrong-signer`.
        public let probe: String
        /// What was wrong with the identity.
        public let summary: String
        /// The backend's answer.
        public let status: Int
        /// Whether the backend did as it must: took the genuine identity, refused any other.
        public let isRight: Bool
    }

    /// How a backend answered all of them.
    public struct Report: Codable, Sendable, Equatable {
        /// In the order in which they were sent; the genuine one first.
        public let results: [Result]

        /// Whether the backend took the genuine identity and nothing else.
        public var isSound: Bool { results.allSatisfy(\.isRight) }

        /// A table and a verdict.
        public var text: String {
            var table = TextTable("", "IDENTITY", "ANSWER", "WHAT IT IS")
            for result in results {
                table.add(result.isRight ? "ok" : "WRONG", result.probe, "\(result.status)", result.summary)
            }
            return table.text + "\n\n" + verdict
        }

        private var verdict: String {
            guard results.first?.isRight == true else {
                return
                    "The backend refuses even a genuine identity, so its refusals mean nothing. Compare signer, issuer and client "
                    + "(--issuer, --client) with what it expects, or ask for another --path."
            }
            let taken = results.filter { !$0.isRight }.map(\.probe)
            return taken.isEmpty
                ? "The backend takes the gateway's identity and no other."
                : "The backend lets \(taken.joined(separator: ", ")) through. It has to verify signature, signer, iss, client, aud and "
                    + "exp of x-amzn-oidc-data, and believe no other header."
        }
    }

    private let client: SocketClient
    private let path: String
    private let prober: IdentityProber

    /// Prepares a test with the gateway's own key, which is read and never made.
    ///
    /// - Parameters:
    ///   - socket: The backend's socket.
    ///   - path: What is asked for, with `GET`.
    ///   - issuer: What the backend expects; nil: the first provider of the configuration that signs in for this backend.
    ///   - client: The same for the client.
    /// - Throws: a sentence for the operator.
    public init(
        socket: String, path: String, issuer: String? = nil, client: String? = nil,
        _ configuration: GatewayConfiguration,
        state: StateDirectory
    ) throws {
        guard try state.hasSecret("identity-key.pem") else {
            throw OperationsError(
                "\(state.resolve("secrets/identity-key.pem")) is missing. The gateway makes it at its first start.")
        }
        let key = try state.secretText("identity-key.pem") { "" }
        let socket = state.resolve(socket)
        let provider = configuration.provider(inFrontOf: socket)
        guard let issuer = issuer ?? provider?.issuer, let clientID = client ?? provider?.clientID else {
            throw OperationsError(
                "No rule signs in for \(socket). Name what the backend expects with --issuer and --client.")
        }
        self.client = SocketClient(path: socket)
        self.path = path
        prober = try IdentityProber(
            privateKeyPEM: key, signer: configuration.loadBalancerArn, issuer: issuer, client: clientID,
            padded: configuration.attributes.padsIdentity)
    }

    /// Sends every probe.
    ///
    /// - Throws: a sentence for the operator if the backend does not answer.
    public func run() async throws -> Report {
        var genuineStatus = 0
        var results: [Result] = []
        for probe in IdentityProbe.allCases {
            let fields = try prober.headers(probe, now: Int(Date().timeIntervalSince1970))
            let status = try await client.send("GET", path, fields: [("Host", "localhost")] + fields).status
            if probe == .genuine { genuineStatus = status }
            let takes = Self.takes(status, genuine: genuineStatus)
            results.append(
                Result(
                    probe: probe.rawValue, summary: probe.summary, status: status,
                    isRight: probe == .genuine ? takes : !takes))
        }
        return Report(results: results)
    }

    /// Whether a status lets a request through. A redirect does not, if the genuine identity gets something else: it leads to a sign-in.
    static func takes(_ status: Int, genuine: Int) -> Bool {
        status < 300 || status < 400 && (300..<400).contains(genuine)
    }
}

extension GatewayConfiguration {
    /// The identity provider of the first rule that asks for a sign-in and forwards to this socket.
    fileprivate func provider(inFrontOf socket: String) -> IdentityProvider? {
        for listener in listeners {
            for rule in listener.rules.rules {
                guard let authentication = rule.authentication, case .forward(let forward) = rule.action else {
                    continue
                }
                let groups = forward.groups.map { targetGroups[$0.targetGroup] }
                if groups.contains(where: { $0.targets.contains { $0.socket == socket } }) {
                    return identityProviders[authentication.provider]
                }
            }
        }
        return nil
    }
}
