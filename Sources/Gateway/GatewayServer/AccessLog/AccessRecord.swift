import AccessLog
import Pages
import Wire

/// The entry of one request in the access log, filled in on the request's way.
final class AccessRecord {
    var entry: AccessLogEntry
    private var hidesQuery = false

    init(_ entry: AccessLogEntry) { self.entry = entry }

    /// Leaves the query out, here and in what a redirect makes of it: codes and states of sign-ins stand there.
    func hideQuery() {
        hidesQuery = true
        let line = entry.requestLine
        guard let start = line.firstIndex(of: UInt8(ascii: "?")), let end = line.lastIndex(of: UInt8(ascii: " ")),
            start < end
        else { return }
        entry.requestLine.replaceSubrange(line.index(after: start)..<end, with: "-".utf8)
    }

    /// Notes where a rule's redirect leads.
    func redirected(to location: String) {
        let query = hidesQuery ? location.firstIndex(of: "?") : nil
        entry.redirectURL = query.map { location[...$0] + "-" } ?? location
    }

    /// Notes why the request is answered with an error page, in the load balancer's words, which begin with a capital letter.
    ///
    /// - Parameter isBeforeRules: it came to no rule.
    func note(_ page: ErrorPage, isBeforeRules: Bool) {
        guard page.cause.first?.isUppercase == true else { return }
        entry.errorReason = page.cause
        if isBeforeRules, entry.actions == [.authenticate] { entry.rule = .failed }
    }
}

/// What the access log says of every request of one connection.
struct LoggedConnection {
    /// `TID_` and hexadecimal digits.
    let id: String
    /// The client's address and port.
    let client: String
    let speaksHTTP2: Bool
    let tlsVersion: String?
    let cipher: String?
    /// The certificate's file, or that an earlier session was resumed.
    let certificate: String?

    /// - Parameters:
    ///   - tls: version and cipher in OpenSSL's names; nil on a plain connection.
    ///   - certificate: the certificate's file, or `session-reused`.
    init(
        id: String, address: [UInt8], port: UInt16, speaksHTTP2: Bool, tls: (version: String, cipher: String)?,
        certificate: String?
    ) {
        self.id = "TID_" + id
        let text = String(decoding: address, as: UTF8.self)
        client = address.contains(ASCII.colon) ? "[\(text)]:\(port)" : "\(text):\(port)"
        self.speaksHTTP2 = speaksHTTP2
        tlsVersion = tls?.version
        cipher = tls?.cipher
        self.certificate = certificate
    }
}
