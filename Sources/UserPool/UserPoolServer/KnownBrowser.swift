import Accounts
import Crypto
import Foundation
import Tokens

/// The cookie of a browser that somebody has signed in with: attempts under that name have a count of their own there.
///
/// It holds the time, a random name and a message authentication code over both and the username, so it vouches for one
/// username only and says none. It lets nobody in: who steals it has five more guesses before the same back-off.
struct KnownBrowser: Sendable {
    private let key: SymmetricKey

    /// How long a browser stays known after a sign-in, in seconds: 90 days.
    static let lifetime = 90 * 86_400

    /// A maker and judge of such cookies with a 256-bit key.
    init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
    }

    /// The value for a browser in which `username` has signed in at `now` (Unix seconds).
    func make(for username: Username, now: Int) -> String {
        let body = "\(now).\(RandomName.make())"
        return "\(body).\(code(for: body, username))"
    }

    /// The browser's name, if `cookie` vouches for `username` at `now` (Unix seconds).
    func name(in cookie: String?, for username: Username, now: Int) -> String? {
        let parts = cookie?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard parts.count == 3, let madeAt = Int(parts[0]), madeAt <= now, madeAt > now - Self.lifetime,
            SHA256.hash(data: Array(parts[2].utf8))
                == SHA256.hash(data: Array(code(for: "\(parts[0]).\(parts[1])", username).utf8))
        else { return nil }
        return String(parts[1])
    }

    /// The label keeps the code from being one of ``FormSeal``, which has the same key.
    private func code(for body: String, _ username: Username) -> String {
        let text = "known browser\n\(body)\n\(username.key)"
        return Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }
}

/// 128 random bits as text.
enum RandomName {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
}
