import Operations

/// What a request on the admin socket asks for.
///
/// A target is one of these byte for byte or it is nothing: no folding of case, no trailing slash, no dot segments, no prefixes. An
/// administration that decides by anything less decides about another address than it serves (attack 122).
enum AdminRoute: Equatable {
    case health
    /// What the gateway has counted.
    case metrics
    /// The configuration is to be read again.
    case reload
    /// `user`: a subject or a name, nil for everybody.
    case sessions(user: String?, limit: Int)
    /// The session's short hash.
    case endSession(String)
    /// The session's short hash.
    case session(String)
    /// Whose the session is; its short hash.
    case sessionIdentity(String)
    /// The newest requests that were refused or failed.
    case requests(limit: Int)
    /// The request's id.
    case request(String)
    /// The user's subject, and the provider if one is named.
    case endUserSessions(String, issuer: String?)

    /// Whether what it does has to be on disk before it is answered.
    var endsSessions: Bool {
        switch self {
        case .endSession, .endUserSessions: true
        case .health, .metrics, .reload, .sessions, .session, .sessionIdentity, .requests, .request: false
        }
    }

    /// Sessions that are listed unless the request says how many.
    static let defaultLimit = 1000
    /// Sessions that are listed at most.
    static let largestLimit = 100_000

    /// Why a request is none of these.
    enum Refusal: Error, Equatable {
        /// Nothing is at this address.
        case notFound
        /// The address takes another method.
        case method(allowed: String)
        /// The query is not understood.
        case query(String)
    }

    /// - Parameters:
    ///   - method: as sent; letters in upper case.
    ///   - target: path and query, as sent.
    init(method: String, target: String) throws(Refusal) {
        // Beyond ASCII, texts can be equal that differ in their bytes.
        guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .notFound }
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = target[..<(mark ?? target.endIndex)]
        let query = mark.map { target[target.utf8.index(after: $0)...] }
        switch path {
        case "/health":
            try Self.require("GET", method)
            _ = try Parameters(query, names: [])
            self = .health
        case "/metrics":
            try Self.require("GET", method)
            _ = try Parameters(query, names: [])
            self = .metrics
        case "/reload":
            try Self.require("POST", method)
            _ = try Parameters(query, names: [])
            self = .reload
        case "/sessions":
            try Self.require("GET", method)
            let parameters = try Parameters(query, names: ["user", "limit"])
            self = .sessions(user: parameters["user"], limit: try Self.limit(parameters["limit"]))
        case "/requests":
            try Self.require("GET", method)
            self = .requests(limit: try Self.limit(try Parameters(query, names: ["limit"])["limit"]))
        default:
            if let id = Self.value(in: path, after: "/sessions/", before: ""), Self.isID(id, digits: 8) {
                try Self.require("GET, DELETE", method)
                _ = try Parameters(query, names: [])
                self = method == "GET" ? .session(String(id)) : .endSession(String(id))
            } else if let id = Self.value(in: path, after: "/sessions/", before: "/identity"), Self.isID(id, digits: 8)
            {
                try Self.require("GET", method)
                _ = try Parameters(query, names: [])
                self = .sessionIdentity(String(id))
            } else if let id = Self.value(in: path, after: "/requests/", before: ""), Self.isID(id, digits: 16) {
                try Self.require("GET", method)
                _ = try Parameters(query, names: [])
                self = .request(String(id))
            } else if let text = Self.value(in: path, after: "/users/", before: "/sessions"),
                let subject = PercentEncoding.decode(text), !subject.isEmpty
            {
                try Self.require("DELETE", method)
                self = .endUserSessions(subject, issuer: try Parameters(query, names: ["issuer"])["issuer"])
            } else {
                throw .notFound
            }
        }
    }

    private static func require(_ wanted: String, _ method: String) throws(Refusal) {
        guard wanted.split(separator: ", ").contains(Substring(method)) else { throw .method(allowed: wanted) }
    }

    /// The one path segment between two texts.
    private static func value(in path: Substring, after start: String, before end: String) -> Substring? {
        let (bytes, start, end) = (path.utf8, start.utf8, end.utf8)
        guard bytes.count > start.count + end.count, bytes.starts(with: start),
            bytes.suffix(end.count).elementsEqual(end)
        else { return nil }
        let segment = path.utf8.dropFirst(start.count).dropLast(end.count)
        return segment.contains(UInt8(ascii: "/")) ? nil : Substring(segment)
    }

    /// Hexadecimal digits in lower case.
    private static func isID(_ text: Substring, digits: Int) -> Bool {
        text.utf8.count == digits
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func limit(_ text: String?) throws(Refusal) -> Int {
        guard let text else { return defaultLimit }
        guard let limit = Int(text), (1...largestLimit).contains(limit) else {
            throw .query("limit is a number from 1 to \(largestLimit).")
        }
        return limit
    }

    /// A query: each name at most once, and none but those that are known.
    private struct Parameters {
        private var values: [String: String] = [:]

        init(_ query: Substring?, names: Set<String>) throws(Refusal) {
            for pair in (query ?? "").split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, let name = PercentEncoding.decode(parts[0]), names.contains(name),
                    let value = PercentEncoding.decode(parts[1])
                else {
                    throw .query(
                        names.isEmpty
                            ? "There are no parameters here."
                            : "The parameters here are \(names.sorted().joined(separator: " and ")).")
                }
                guard values.updateValue(value, forKey: name) == nil else { throw .query("\(name) is there twice.") }
            }
        }

        subscript(name: String) -> String? { values[name] }
    }
}
