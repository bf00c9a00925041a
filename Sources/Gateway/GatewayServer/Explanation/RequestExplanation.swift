import HTTP1
import Routing
import Wire

/// What the gateway makes of a request, decided by the code that serves requests: `gatehouse why`.
///
/// Nothing is sent, and no session is looked up: where a rule asks for sign-in, the head is the one a signed-in user's request becomes.
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

    /// What stands for the signed-in user, whose identity is signed anew for each session.
    public static let identityPlaceholder = "<signed identity of the user>"

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

        /// A request.
        public init(method: String, url: String, headers: [String], peer: String) {
            self.method = method
            self.url = url
            self.headers = headers
            self.peer = peer
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
        var explainer = RequestExplainer(configuration, listener: index, peer: request.peer)
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
