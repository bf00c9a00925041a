import Operations
import Routing
import Sessions

/// Makes cookies of whole sessions, for one sign-in service (`gatehouse.sessions.store: cookie`).
struct SessionSealing: Sendable {
    let seal: SessionSeal
    let cookie: SessionCookie

    /// `Set-Cookie` values that give a browser its session, or nil if it is too large for cookies.
    /// - Parameter host: in normal form, without a port.
    func cookies(_ record: SessionRecord, id: SessionID, host: [UInt8], now: Int) -> [String]? {
        seal.seal(record, id: id, host: host, now: now, limit: cookie.sealedLimit, random: RandomText.bytes(12))
            .map { cookie.issue(sealed: $0, now: now) }
    }

    /// The host of `host[:port]` in the form in which rules see it; empty where it is none.
    static func host(of authority: [UInt8]) -> [UInt8] {
        switch HostName.normalise(authority.span) {
        case .unchanged(let length, _): Array(authority[..<length])
        case .rewritten(let name, _): name
        case .refused: []
        }
    }

    /// The same of `https://host[:port]`.
    static func host(ofOrigin origin: String) -> [UInt8] {
        host(of: Array(origin.utf8.dropFirst("https://".utf8.count)))
    }
}
