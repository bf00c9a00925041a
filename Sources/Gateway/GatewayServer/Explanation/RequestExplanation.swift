import HTTP1
public import Identity
import Routing
import Wire

/// What the gateway makes of a request, decided by the code that serves requests: `gatehouse why`.
///
/// Nothing is sent. Unless it is said who asks, the head is the one a signed-in user's request becomes where a rule asks for sign-in.
public struct RequestExplanation: Sendable {
    /// A line of the explanation.
    public struct Fact: Sendable, Equatable {
        /// What is said, as `Rule`.
        public let label: String
        /// One line.
        public let text: String
    }

    /// In the order in which the gateway decides.
    public internal(set) var facts: [Fact] = []
    /// The exact bytes of the head a backend would get; nil if it gets none.
    public internal(set) var backendHead: [UInt8]?

    /// What becomes of the request.
    public internal(set) var outcome = Outcome(action: .refuse, status: 400)

    /// What becomes of a request, as `gatehouse why --expect` compares it.
    public struct Outcome: Sendable, Equatable, CustomStringConvertible {
        /// Who answers, and how.
        public enum Action: String, Sendable, CaseIterable {
            /// A backend.
            case forward
            /// A rule, with a redirect.
            case redirect
            /// A rule, with a response of its own.
            case fixedResponse = "fixed-response"
            /// The gateway sends the client to the provider.
            case signIn = "sign-in"
            /// The gateway, since there is no session, or not the right one.
            case deny
            /// The gateway, for what the request is.
            case refuse
            /// The gateway, at an address of its own.
            case own = "gateway"
        }

        /// Who answers, and how.
        public var action: Action
        /// The answer's status; nil where only the one who answers knows.
        public var status: Int?
        /// The target groups that a forwarded request may go to.
        public var targetGroups: [String] = []

        /// Whether a text is something that can be expected.
        public static func isExpectation(_ text: String) -> Bool {
            if let status = Int(text) { return (100...599).contains(status) }
            return Action(rawValue: text) != nil || text.hasPrefix("forward:")
        }

        /// Whether this is what somebody expects: an action, `forward:GROUP`, or a status.
        public func meets(_ expectation: String) -> Bool {
            if let status = Int(expectation) { return self.status == status }
            return expectation == action.rawValue
                || action == .forward && targetGroups.contains { expectation == "forward:\($0)" }
        }

        /// `sign-in (302)`, `forward:chat`.
        public var description: String {
            if action == .forward { return targetGroups.map { "forward:\($0)" }.joined(separator: " or ") }
            return action.rawValue + (status.map { " (\($0))" } ?? "")
        }
    }

    /// Who asks.
    public enum Visitor: Sendable, Equatable {
        /// Nobody in particular: both ways are told.
        case anybody
        /// Somebody without a session.
        case stranger
        /// Somebody with one.
        case user(Identity)
    }

    /// A signed-in user, as far as decisions look at him.
    public struct Identity: Sendable, Equatable {
        /// The `sub`.
        public var subject: String
        /// Groups he is in.
        public var groups: [String]
        /// The provider that signed him in; nil: the one that the rule asks.
        public var issuer: String?
        /// The client at that provider; nil: the one that the rule asks.
        public var client: String?
        /// The name of the session's cookie; nil: the rule's.
        public var cookieName: String?
        /// The claims of a session, by which requests with it are judged; nil: only ``groups`` are known, and whatever else is asked for is taken
        /// to hold.
        public var claims: [String: JSONValue]?

        /// An identity of which groups are known.
        public init(subject: String, groups: [String] = [], issuer: String? = nil, client: String? = nil) {
            self.subject = subject
            self.groups = groups
            self.issuer = issuer
            self.client = client
        }

        /// A session of a running gateway.
        public init(session: SessionIdentity) {
            self.init(subject: session.subject, issuer: session.issuer, client: session.client)
            cookieName = session.cookieName
            claims = JSONValue(json: Array(session.claims.utf8))?.object ?? [:]
        }
    }

    /// What stands for the signed-in user, whose identity is signed anew for each session.
    public static let identityPlaceholder = "<signed identity of the user>"
    /// What stands for the user's access token.
    public static let tokenPlaceholder = "<access token of the user>"

    /// A request as one would type it.
    public struct Request: Sendable {
        /// As sent.
        public var method: String
        /// `https://host[:port]/path?query`, taken as it is: nothing is encoded or resolved before the gateway sees it.
        public var url: String
        /// `Name: value`, in the order sent. A `Host` here takes the place of the URL's.
        public var headers: [String]
        /// The client's address.
        public var peer: String
        /// Who asks.
        public var visitor: Visitor

        /// A request.
        public init(method: String, url: String, headers: [String], peer: String, visitor: Visitor = .anybody) {
            self.method = method
            self.url = url
            self.headers = headers
            self.peer = peer
            self.visitor = visitor
        }
    }

    /// Why a request cannot be explained: something about the question is wrong. One sentence.
    public struct Unanswerable: Error, Equatable, CustomStringConvertible {
        /// The sentence.
        public let description: String
    }

    /// Explains a request.
    ///
    /// - Parameter listener: the listener's name; nil: the one with the URL's protocol and port, or the only one with that protocol.
    public static func explain(
        _ request: Request, listener: String? = nil, _ configuration: GatewayConfiguration
    ) throws(Unanswerable) -> RequestExplanation {
        guard IPAddress(Array(request.peer.utf8).span) != nil else {
            throw Unanswerable(description: "\(request.peer) is no IP address.")
        }
        let url = try RequestURL(request.url)
        let index = try listenerIndex(named: listener, url: url, configuration)
        var explainer = RequestExplainer(configuration, listener: index, peer: request.peer, visitor: request.visitor)
        explainer.explain(try wireForm(of: request, url: url))
        return explainer.explanation
    }

    private static func listenerIndex(
        named name: String?, url: RequestURL, _ configuration: GatewayConfiguration
    ) throws(Unanswerable) -> Int {
        let listeners = configuration.listeners
        if let name {
            if let index = listeners.firstIndex(where: { $0.name == name }) { return index }
        } else {
            let fitting = listeners.indices.filter { listeners[$0].protocol == (url.isSecure ? .https : .http) }
            if let index = fitting.first(where: { listeners[$0].port == url.port }) { return index }
            if fitting.count == 1 { return fitting[0] }
        }
        let known = listeners.map { "\($0.name) (\($0.protocol == .https ? "https" : "http"), port \($0.port))" }
        throw Unanswerable(
            description: "No listener fits. Choose one with --listener: \(known.joined(separator: ", ")).")
    }

    /// The request's head as a client sends it.
    private static func wireForm(of request: Request, url: RequestURL) throws(Unanswerable) -> [UInt8] {
        for header in request.headers where !header.contains(":") {
            throw Unanswerable(description: "\(header) is no header: write 'Name: value'.")
        }
        var lines = ["\(request.method) \(url.target) HTTP/1.1"]
        if !request.headers.contains(where: { $0.lowercased().hasPrefix("host:") }) {
            lines.append("Host: \(url.authority)")
        }
        return Array((lines + request.headers + ["", ""]).joined(separator: "\r\n").utf8)
    }
}

/// The parts of a typed URL, none of them changed.
struct RequestURL: Equatable {
    let isSecure: Bool
    let authority: String
    let port: Int
    let target: String

    init(_ text: String) throws(RequestExplanation.Unanswerable) {
        let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
        guard let scheme else {
            throw RequestExplanation.Unanswerable(description: "\(text) is no https:// or http:// URL.")
        }
        isSecure = scheme == "https://"
        let rest = text.dropFirst(scheme.count)
        let end = rest.firstIndex { "/?#\\".contains($0) } ?? rest.endIndex
        authority = String(rest[..<end])
        let target = String(rest[end...])
        self.target = target.isEmpty ? "/" : target.hasPrefix("?") ? "/" + target : target
        switch HostName.normalise(Array(authority.utf8).span) {
        case .unchanged(_, let port), .rewritten(_, let port): self.port = port.map(Int.init) ?? (isSecure ? 443 : 80)
        case .refused: port = isSecure ? 443 : 80  // the explanation says that the host is refused
        }
    }
}
