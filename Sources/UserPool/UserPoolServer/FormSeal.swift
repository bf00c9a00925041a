import Crypto
import Foundation
import Tokens

/// The token that ties a form to the browser it was shown in (the `_csrf` field and the `XSRF-TOKEN` cookie, both equal).
///
/// It holds 128 random bits and the time, under a message authentication code that covers the browser's own random name, too,
/// which is kept in a cookie with the `__Host-` prefix. So a pair that somebody fetched for himself and planted in another
/// browser is not taken, unless he can plant that cookie as well, which takes a TLS server on another port of the same host
/// (cookies know no ports); what then remains is what browsers say of a form's origin. A form that has been lying about is
/// told apart from a forged one.
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

    /// A new token at `now` (Unix seconds) for the browser of this name.
    func make(for browser: String, now: Int) -> String {
        let body = "\(now).\(RandomName.make())"
        return "\(body).\(code(for: body, browser))"
    }

    /// `cookie` if a further form can be shown with it, so that two open tabs do not spoil each other; else a new token.
    func reuse(_ cookie: String?, for browser: String, now: Int) -> String {
        guard let cookie, let madeAt = timeMade(cookie, browser), now - madeAt < Self.lifetime / 2, madeAt <= now else {
            return make(for: browser, now: now)
        }
        return cookie
    }

    /// Judges a form that came with `field` and `cookie` from the browser of this name.
    func check(field: String?, cookie: String?, browser: String?, now: Int) -> Verdict {
        guard let field, let cookie, let browser, Self.areEqual(field, cookie),
            let madeAt = timeMade(field, browser)
        else { return .forged }
        return now - madeAt < Self.lifetime ? .good : .expired
    }

    private func timeMade(_ token: String, _ browser: String) -> Int? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let time = Int(parts[0]),
            Self.areEqual(String(parts[2]), code(for: "\(parts[0]).\(parts[1])", browser))
        else { return nil }
        return time
    }

    private func code(for body: String, _ browser: String) -> String {
        let text = "form\n\(body)\n\(browser)"
        return Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    private static func areEqual(_ one: String, _ other: String) -> Bool {
        SHA256.hash(data: Array(one.utf8)) == SHA256.hash(data: Array(other.utf8))
    }
}
