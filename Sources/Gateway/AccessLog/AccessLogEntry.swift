/// One request, as the load balancer's access log has it.
///
/// Fields, their order, their quotes and what stands for "none" are those of "Access log entries" in the load balancer's user guide, so that
/// what reads its logs reads these.
public struct AccessLogEntry: Sendable {
    /// What kind of request or connection it was.
    public enum Kind: String, Sendable {
        case http, https, h2, ws, wss
    }

    /// What was done with the request, in the log's words.
    public enum Action: String, Sendable {
        case authenticate, fixedResponse = "fixed-response", forward, redirect, rewrite
    }

    /// Which rule the request met.
    public enum Rule: Equatable, Sendable {
        /// A rule with this priority; the default rule has 0.
        case priority(Int)
        /// Evaluating the rules ended in an error.
        case failed
        /// It came to no rule.
        case none
    }

    /// What a rule's transforms came to.
    public struct Transform: Equatable, Sendable {
        /// The backend's name for the host, where it differs.
        public var host: [UInt8]?
        /// The backend's path and query, where they differ.
        public var target: [UInt8]?
        /// The log's word for the outcome.
        public var status: String

        /// What came of it; the defaults are a success that changed nothing.
        public init(host: [UInt8]? = nil, target: [UInt8]? = nil, status: String = "TransformSuccess") {
            self.host = host
            self.target = target
            self.status = status
        }
    }

    /// How a request departs from the standard.
    public struct Classification: Equatable, Sendable {
        /// `Acceptable`, `Ambiguous` or `Severe`.
        public var name: String
        /// The load balancer's word for the reason.
        public var reason: String

        /// A departure.
        public init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    /// What kind of request or connection it was.
    public var kind: Kind
    /// Microseconds since 1970 at which the request's head had come.
    public var began: Int64
    /// Microseconds since 1970 at which the response was complete.
    public var ended: Int64
    /// `app/NAME/ID` of the gateway.
    public var gateway: String
    /// The client's address and port, joined by a colon.
    public var client: String
    /// The backend, as `WHERE:PORT`; nil if the request went to none.
    public var target: String?
    /// Microseconds until the request went to a backend; nil if it went to none.
    public var requestTime: Int64?
    /// Microseconds from then until the backend's response began; nil if it did not.
    public var targetTime: Int64?
    /// Microseconds from then until it was complete; nil as above.
    public var responseTime: Int64?
    /// What the client got; nil if nothing.
    public var status: Int?
    /// What the backend answered; nil if nothing.
    public var targetStatus: Int?
    /// Bytes from the client, heads included.
    public var receivedBytes = 0
    /// Bytes to the client, heads included.
    public var sentBytes = 0
    /// `METHOD URL VERSION`.
    public var requestLine: [UInt8] = []
    /// `User-Agent`, as it came.
    public var userAgent: [UInt8] = []
    /// OpenSSL's name of the cipher; nil without TLS.
    public var cipher: String?
    /// OpenSSL's name of the version; nil without TLS.
    public var tlsVersion: String?
    /// The target group's name.
    public var targetGroup: String?
    /// `X-Amzn-Trace-Id`, as the backend got it.
    public var traceID: [UInt8] = []
    /// The host of the TLS handshake.
    public var serverName: [UInt8]?
    /// The certificate, or `session-reused`.
    public var certificate: String?
    /// Which rule it met.
    public var rule = Rule.none
    /// What was done, in order.
    public var actions: [Action] = []
    /// Where a rule's redirect leads.
    public var redirectURL: String?
    /// Why a sign-in failed, in the load balancer's word.
    public var errorReason: String?
    /// How it departs from the standard; nil if it does not.
    public var classification: Classification?
    /// `TID_` and hexadecimal digits: the connection's own.
    public var connection: String
    /// What the rule's transforms came to; nil if it has none.
    public var transform: Transform?
    /// The listener's address.
    public var address: String

    /// The number of fields.
    public static let fieldCount = 34

    /// An entry about which nothing more is known.
    public init(kind: Kind, began: Int64, gateway: String, client: String, connection: String, address: String) {
        self.kind = kind
        self.began = began
        ended = began
        self.gateway = gateway
        self.client = client
        self.connection = connection
        self.address = address
    }

    /// The entry as a line, its end included.
    public var line: [UInt8] {
        var line = LogLine()
        line.word(kind.rawValue)
        line.time(ended)
        line.word(gateway)
        line.word(client)
        line.word(target)
        line.seconds(requestTime)
        line.seconds(targetTime)
        line.seconds(responseTime)
        line.number(status)
        line.number(targetStatus)
        line.number(receivedBytes)
        line.number(sentBytes)
        if requestLine.isEmpty { line.quoted("- - -") } else { line.quoted(requestLine) }
        line.quoted(userAgent)
        line.word(cipher)
        line.word(tlsVersion)
        line.word(targetGroup)
        line.quoted(traceID)
        line.quoted(serverName ?? [])
        line.quoted(certificate)
        switch rule {
        case .priority(let priority): line.number(priority)
        case .failed: line.word("-1")
        case .none: line.word(nil)
        }
        line.time(began)
        line.quoted(actions.count == 1 ? actions[0].rawValue : actions.map(\.rawValue).joined(separator: ","))
        line.quoted(redirectURL)
        line.quoted(errorReason)
        line.quoted(target)
        line.quoted(targetStatus.map(String.init))
        line.quoted(classification?.name)
        line.quoted(classification?.reason)
        line.word(connection)
        line.quoted(transform?.host ?? [])
        line.quoted(transform?.target ?? [])
        line.quoted(transform?.status)
        line.word(address)
        line.end()
        return line.bytes
    }
}
