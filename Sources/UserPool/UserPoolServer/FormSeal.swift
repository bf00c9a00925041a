import Crypto
import Foundation
import Tokens

/// The token that ties a form to the browser it was shown in (the `_csrf` field and the `XSRF-TOKEN` cookie, both equal).
///
/// It holds 128 random bits and the time, under a message authentication code: a cookie planted by another program on the
/// same host (cookies know no ports) is not taken, and a form that has been lying about is told apart from a forged one.
struct FormSeal: Sendable {
    /// What a submitted form is worth.
    enum Verdict: Equatable {
        case good
        /// Ours, but too old.
        case expired
        /// Missing, changed, or field and cookie differ.
        case forged
    }

    /// How long a form may lie open, in seconds.
    static let lifetime = 60 * 60

    private let key: SymmetricKey

    /// A seal with a 256-bit key.
    init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
    }

    /// A new token at `now` (Unix seconds).
    func make(now: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let body = "\(now).\(Base64URL.encode(random))"
        return "\(body).\(code(for: body))"
    }

    /// `cookie` if a further form can be shown with it, so that two open tabs do not spoil each other; else a new token.
    func reuse(_ cookie: String?, now: Int) -> String {
        guard let cookie, let madeAt = timeMade(cookie), now - madeAt < Self.lifetime / 2, madeAt <= now else {
            return make(now: now)
        }
        return cookie
    }

    /// Judges a form that came with `field` and `cookie`.
    func check(field: String?, cookie: String?, now: Int) -> Verdict {
        guard let field, let cookie, Self.areEqual(field, cookie), let madeAt = timeMade(field) else { return .forged }
        return now - madeAt < Self.lifetime ? .good : .expired
    }

    private func timeMade(_ token: String) -> Int? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let time = Int(parts[0]),
            Self.areEqual(String(parts[2]), code(for: "\(parts[0]).\(parts[1])"))
        else { return nil }
        return time
    }

    private func code(for body: String) -> String {
        Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: key))
    }

    private static func areEqual(_ one: String, _ other: String) -> Bool {
        SHA256.hash(data: Array(one.utf8)) == SHA256.hash(data: Array(other.utf8))
    }
}
