import ConfigurationReading
public import HTTP1
public import Proxy
import Routing
import Wire

extension GatewayConfiguration {
    /// Timeouts and limits. Keys without `gatehouse.` are the load balancer's own.
    public struct Attributes: Sendable, Equatable {
        /// Seconds without a byte in either direction until a connection is closed. `idle_timeout.timeout_seconds`
        public var idleTimeout = 60
        /// Seconds after which a client's connection takes its last request. `client_keep_alive.seconds`
        public var clientKeepAlive = 3600
        /// Seconds a client has for a whole request head. `gatehouse.client_header_timeout.seconds`
        public var clientHeaderTimeout = 15
        /// Bytes a second that a client must send of a body or take of a response, once `gatehouse.client_header_timeout.seconds` are over;
        /// 0 asks for none. `gatehouse.minimum_rate.bytes_per_second`
        public var minimumRate = 500
        /// Seconds a backend has to accept a connection. `gatehouse.connect_timeout.seconds`
        public var connectTimeout = 10
        /// Bytes of the longest request line (414 beyond). `gatehouse.limits.request_line.bytes`
        public var requestLineLimit = HeadLimits.request.startLine
        /// Bytes of the longest header field, name and value (431 beyond). `gatehouse.limits.header.bytes`
        public var headerLimit = HeadLimits.request.fieldLine
        /// Bytes of all request header fields together (431 beyond). `gatehouse.limits.headers.bytes`
        public var headersLimit = HeadLimits.request.fields

        /// Bytes of the longest request body that goes to a backend (413 beyond); 0 is no limit. `gatehouse.limits.body.bytes`
        public var bodyLimit = 0

        /// The size limits of a head together.
        var headLimits: HeadLimits {
            HeadLimits(startLine: requestLineLimit, fieldLine: headerLimit, fields: headersLimit)
        }

        /// Origins, in lower case, whose pages may open WebSockets in a signed-in user's name besides the listener's own.
        /// `gatehouse.websocket.allowed_origins`
        public var webSocketAllowedOrigins: [String] = []

        /// Origins, in lower case, whose pages may read what the gateway itself answers. `gatehouse.cors.allowed_origins`
        public var corsAllowedOrigins: [String] = []
        /// Whether the preflight requests of these origins, and of the one that the listener states, pass without a session.
        /// `gatehouse.cors.preflight.enabled`
        public var passesPreflights = false

        /// Whether a page's `#fragment` is kept over a sign-in. `gatehouse.keep_fragment.enabled`
        public var keepsFragment = false

        /// Bytes of the longest form that is held while its user signs in; 0: none is. `gatehouse.held_request.body.bytes`
        public var heldBodyLimit = 262_144
        /// Bytes that all held forms may take. `gatehouse.held_request.total.bytes`
        public var heldTotalLimit = 16_777_216

        /// Whether clients that offer `h2` get it; over TLS only. `routing.http2.enabled`
        public var http2Enabled = true

        /// What becomes of requests that two servers could understand differently. `routing.http.desync_mitigation_mode`
        public var desyncMode = DesyncMode.defensive
        /// Header fields whose name is not letters, digits and hyphens are left out.
        /// `routing.http.drop_invalid_header_fields.enabled`
        public var dropsInvalidFields = false
        /// The same, as the parser asks for it.
        var fieldNames: FieldNames { dropsInvalidFields ? .alphanumeric : .token }

        /// Whether backends get `Host` as the client wrote it; else as the load balancer writes it anew.
        /// `routing.http.preserve_host_header.enabled`
        public var preservesHost = true

        /// What backends are told of a client's connection. `routing.http.xff_header_processing.mode`,
        /// `routing.http.xff_client_port.enabled`, `routing.http.x_amzn_tls_version_and_cipher_suite.enabled`,
        /// `gatehouse.forwarded_header.enabled`
        public var forwarding = ForwardingPolicy()

        /// Seconds without a request after which a session ends; 0: none does. `gatehouse.sessions.idle_timeout.seconds`
        public var sessionIdleTimeout = 0
        /// Sessions held at most; the oldest sign-in goes first. `gatehouse.sessions.limit.count`
        public var sessionsLimit = 1_000_000
        /// Bytes of memory that sessions take at most; the oldest sign-in goes first. `gatehouse.sessions.limit.bytes`
        public var sessionBytesLimit = 4_294_967_296

        /// Where sessions are held.
        public enum SessionPlace: String, Sendable, CaseIterable {
            /// On this host; the browser holds an id.
            case host
            /// Sealed in the browser's cookies, as the load balancer does.
            case cookie
        }

        /// Where sessions are held. `gatehouse.sessions.store`
        public var sessionPlace = SessionPlace.host
        /// Whether sessions outlive a restart, in an encrypted file. `gatehouse.sessions.journal.enabled`
        public var keepsSessions = true
        /// Sign-ins that one address (of IPv6: its first 64 bits) may begin in a minute (429 beyond); 0 is no limit.
        /// `gatehouse.sign_in.starts_of_address.per_minute`
        public var signInStartsLimit = 600
        /// Sign-ins that one address may come back from in a minute (429 beyond); 0 is no limit.
        /// `gatehouse.sign_in.callbacks_of_address.per_minute`
        public var signInCallbacksLimit = 600
        /// Sessions that one account may begin in a minute (429 beyond); 0 is no limit. `gatehouse.sign_in.sessions_of_account.per_minute`
        public var accountSignInsLimit = 120

        /// Whether the parts of `x-amzn-oidc-data` keep their base64 padding, as the load balancer's do and RFC 7515 does not allow.
        /// `gatehouse.oidc_data.padding.enabled`
        public var padsIdentity = true
        /// Sign-outs that providers may announce from one address in a minute, in the background and in frames (429 beyond); 0 is no limit.
        /// `gatehouse.sign_out.notices_of_address.per_minute`
        public var signOutNoticesLimit = 6000

        /// Bytes from which on a file of the audit log is set aside, and another begun. `gatehouse.audit.file.bytes`
        public var auditFileLimit = 67_108_864

        /// Whether each request gets a line in `logs/access.log`, as the load balancer's access log has it. `gatehouse.access_log.enabled`
        public var logsAccess = false
        /// Bytes from which on a file of the access log is set aside, and another begun. `gatehouse.access_log.file.bytes`
        public var accessFileLimit = 67_108_864
        /// Files of the access log that stay besides the one that is written; the oldest goes. `gatehouse.access_log.files.count`
        public var accessFilesLimit = 16

        /// The defaults: this declaration is where they stand, and nowhere else.
        public init() {}

        /// One numeric attribute: its key, its range, where it is kept.
        struct Number {
            let key: String
            let range: ClosedRange<Int>
            let path: WritableKeyPath<Attributes, Int> & Sendable
        }

        /// One attribute that is on or off.
        struct Flag {
            let key: String
            let path: WritableKeyPath<Attributes, Bool> & Sendable
        }

        /// An attribute that is one of some words.
        struct Choice {
            let key: String
            let words: [String]
            let read: @Sendable (inout Attributes, ConfigurationNode, String) -> Void

            init<Word: RawRepresentable & CaseIterable & Sendable>(
                _ key: String, _ path: WritableKeyPath<Attributes, Word> & Sendable
            ) where Word.RawValue == String {
                self.key = key
                words = Word.allCases.map(\.rawValue)
                read = { attributes, node, key in
                    if let word = node.choice(key, default: attributes[keyPath: path]) {
                        attributes[keyPath: path] = word
                    }
                }
            }
        }

        /// Every number there is.
        static let numbers = [
            Number(key: "idle_timeout.timeout_seconds", range: 1...4000, path: \.idleTimeout),
            Number(key: "client_keep_alive.seconds", range: 60...604_800, path: \.clientKeepAlive),
            Number(key: "gatehouse.client_header_timeout.seconds", range: 1...300, path: \.clientHeaderTimeout),
            Number(key: "gatehouse.minimum_rate.bytes_per_second", range: 0...65536, path: \.minimumRate),
            Number(key: "gatehouse.connect_timeout.seconds", range: 1...60, path: \.connectTimeout),
            Number(key: "gatehouse.limits.request_line.bytes", range: 1024...65536, path: \.requestLineLimit),
            Number(key: "gatehouse.limits.header.bytes", range: 1024...65536, path: \.headerLimit),
            Number(key: "gatehouse.limits.headers.bytes", range: 1024...262_144, path: \.headersLimit),
            Number(key: "gatehouse.limits.body.bytes", range: 0...1_099_511_627_776, path: \.bodyLimit),
            Number(key: "gatehouse.sessions.idle_timeout.seconds", range: 0...604_800, path: \.sessionIdleTimeout),
            Number(key: "gatehouse.sessions.limit.count", range: 1...100_000_000, path: \.sessionsLimit),
            Number(
                key: "gatehouse.sessions.limit.bytes", range: 1_048_576...1_099_511_627_776, path: \.sessionBytesLimit),
            Number(
                key: "gatehouse.sign_in.starts_of_address.per_minute", range: 0...1_000_000, path: \.signInStartsLimit),
            Number(
                key: "gatehouse.sign_in.callbacks_of_address.per_minute", range: 0...1_000_000,
                path: \.signInCallbacksLimit),
            Number(
                key: "gatehouse.sign_in.sessions_of_account.per_minute", range: 0...1_000_000,
                path: \.accountSignInsLimit),
            Number(key: "gatehouse.audit.file.bytes", range: 4096...1_099_511_627_776, path: \.auditFileLimit),
            Number(key: "gatehouse.access_log.file.bytes", range: 4096...1_099_511_627_776, path: \.accessFileLimit),
            Number(key: "gatehouse.access_log.files.count", range: 0...10_000, path: \.accessFilesLimit),
            Number(key: "gatehouse.held_request.body.bytes", range: 0...1_048_576, path: \.heldBodyLimit),
            Number(key: "gatehouse.held_request.total.bytes", range: 0...1_073_741_824, path: \.heldTotalLimit),
            Number(
                key: "gatehouse.sign_out.notices_of_address.per_minute", range: 0...1_000_000,
                path: \.signOutNoticesLimit),
        ]

        /// Everything that is on or off.
        static let flags = [
            Flag(key: "gatehouse.access_log.enabled", path: \.logsAccess),
            Flag(key: "gatehouse.cors.preflight.enabled", path: \.passesPreflights),
            Flag(key: "gatehouse.keep_fragment.enabled", path: \.keepsFragment),
            Flag(key: "routing.http.drop_invalid_header_fields.enabled", path: \.dropsInvalidFields),
            Flag(key: "routing.http.preserve_host_header.enabled", path: \.preservesHost),
            Flag(key: "routing.http2.enabled", path: \.http2Enabled),
            Flag(key: "routing.http.xff_client_port.enabled", path: \.forwarding.clientPort),
            Flag(key: "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", path: \.forwarding.tls),
            Flag(key: "gatehouse.forwarded_header.enabled", path: \.forwarding.forwarded),
            Flag(key: "gatehouse.sessions.journal.enabled", path: \.keepsSessions),
            Flag(key: "gatehouse.oidc_data.padding.enabled", path: \.padsIdentity),
        ]

        /// Everything that is one of some words.
        static let choices = [
            Choice("routing.http.desync_mitigation_mode", \.desyncMode),
            Choice("routing.http.xff_header_processing.mode", \.forwarding.forwardedFor),
            Choice("gatehouse.sessions.store", \.sessionPlace),
        ]

        static func read(_ root: ConfigurationNode) -> Attributes {
            var attributes = Attributes()
            guard let node = root.child("Attributes") else { return attributes }
            for number in numbers {
                attributes[keyPath: number.path] = node.int(
                    number.key, in: number.range, default: attributes[keyPath: number.path])
            }
            attributes.webSocketAllowedOrigins = readOrigins(node, allowedOriginsKey)
            attributes.corsAllowedOrigins = readOrigins(node, corsOriginsKey)
            for flag in flags {
                attributes[keyPath: flag.path] = node.bool(flag.key, default: attributes[keyPath: flag.path])
            }
            for choice in choices { choice.read(&attributes, node, choice.key) }
            if attributes.headerLimit > attributes.headersLimit {
                node.report(
                    "gatehouse.limits.headers.bytes", found: "\(attributes.headersLimit)",
                    wanted: "at least gatehouse.limits.header.bytes (\(attributes.headerLimit))")
            }
            if attributes.sessionPlace == .cookie, !attributes.keepsSessions {
                node.report(
                    "gatehouse.sessions.journal.enabled", found: "false beside gatehouse.sessions.store: cookie",
                    wanted: "true: only the journal knows after a restart which of these sessions were ended")
            }
            return attributes
        }

        private static func readOrigins(_ node: ConfigurationNode, _ key: String) -> [String] {
            return node.strings(key, default: []).enumerated().map { index, text in
                let origin = text.lowercased()
                let scheme = ["https://", "http://"].first { origin.hasPrefix($0) }
                let host = Array(origin.dropFirst(scheme?.count ?? origin.count).utf8)
                if case .refused = HostName.normalise(host.span) {
                    node.report(
                        "\(key)[\(index)]", found: text, wanted: "an origin, such as https://www.example.com")
                }
                return WebOrigin.withoutDefaultPort(origin)
            }
        }

        static let corsOriginsKey = "gatehouse.cors.allowed_origins"
        static let allowedOriginsKey = "gatehouse.websocket.allowed_origins"
    }
}
