import Crypto

/// An authenticator app's codes: RFC 6238 with HMAC-SHA1, 6 digits and 30 seconds, which is all that Cognito takes.
struct SoftwareToken: Sendable {
    /// Bytes of a new secret; 32 characters of base 32.
    static let secretLength = 20

    let secret: [UInt8]

    /// The code of the step `step`, which are 30 seconds since 1970.
    func code(at step: Int) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let digest = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(digest[19] & 15)
        let number = digest[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let digits = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// The step whose code `text` is, one step either way allowed; the latest one. Every one is compared, in constant time.
    ///
    /// - Parameter now: Unix seconds.
    func step(of text: String, now: Int) -> Int? {
        let current = now / 30
        var found: Int?
        for step in current - 1...current + 1
        where SHA256.hash(data: Array(code(at: step).utf8)) == SHA256.hash(data: Array(text.utf8)) {
            found = step
        }
        return found
    }
}
