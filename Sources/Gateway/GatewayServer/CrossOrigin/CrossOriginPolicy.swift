import HTTP1
import Wire

/// Which pages of other origins may read what the gateway itself answers (the Fetch standard's CORS protocol).
///
/// Where a listener states `Access-Control-Allow-Origin` itself, that counts for the gateway's own answers, too, and nothing is added.
struct CrossOriginPolicy: Sendable, Equatable {
    /// What a response says to the page that asked.
    enum Reader: Sendable {
        /// No header is due: the listener states its own, or there is no list.
        case unstated
        /// The answer depends on the origin, and this one is not listed.
        case refused
        /// The index of the origin that may read.
        case listed(Int)
    }

    /// In lower case, without the port that the scheme has anyway. Empty where the listener states its own.
    private let origins: [String]
    /// What the listener states itself, if anything.
    private let stated: String?
    private let passesPreflights: Bool
    /// Whether any of this is asked for.
    let isActive: Bool

    init(origins: [String], stated: String?, passesPreflights: Bool) {
        self.origins = stated == nil ? origins : []
        self.stated = stated.map { WebOrigin.withoutDefaultPort($0.lowercased()) }
        self.passesPreflights = passesPreflights && (stated != nil || !origins.isEmpty)
        isActive = !self.origins.isEmpty || self.passesPreflights
    }

    /// Who asks, by the request's `Origin`.
    func reader(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Reader {
        guard !origins.isEmpty else { return .unstated }
        guard let origin = Self.origin(head, bytes), let index = origins.firstIndex(of: origin) else {
            return .refused
        }
        return .listed(index)
    }

    /// Fields of an answer for `reader`. The origin is echoed from the list, never from the request.
    func fields(for reader: Reader) -> [(name: String, value: String)] {
        switch reader {
        case .unstated: []
        case .refused: [("Vary", "Origin")]
        case .listed(let index):
            [
                ("Vary", "Origin"), ("Access-Control-Allow-Origin", origins[index]),
                ("Access-Control-Allow-Credentials", "true"),
                ("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After"),
            ]
        }
    }

    /// Whether a request without a session is the question of a browser whether a page may ask, and the configuration lets it pass.
    ///
    /// Browsers never send a user's cookies with it, so it could never have a session. Anything that is not exactly such a question needs
    /// one: another method, a body, no `Access-Control-Request-Method`, two of a field, an origin that is not named (attack 20).
    func passes(preflight head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool {
        guard passesPreflights, head.method == .options, head.framing == .none, !head.asksUpgrade,
            let origin = Self.origin(head, bytes),
            stated == "*" || stated == origin || origins.contains(origin)
        else { return false }
        var methods = 0
        for field in head.fields {
            switch field.known {
            case .cookie: return false
            case .secFetchMode where !bytes.equals(field.value, ignoringCase: "cors"): return false
            default: break
            }
            if bytes.equals(field.name, ignoringCase: "authorization") { return false }
            guard bytes.equals(field.name, ignoringCase: "access-control-request-method") else { continue }
            methods += 1
            guard !field.value.isEmpty else { return false }
            for index in field.value.lowerBound..<field.value.upperBound
            where !ASCII.isTokenCharacter(bytes[index]) { return false }
        }
        return methods == 1
    }

    /// The one `Origin` of a request.
    private static func origin(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> String? {
        var found: String?
        for field in head.fields where field.known == .origin {
            guard found == nil else { return nil }
            found = WebOrigin.withoutDefaultPort(bytes.text(field.value).lowercased())
        }
        return found
    }
}
