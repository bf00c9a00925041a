import Crypto
import Identity

/// `AWSALBTG`, the cookie that keeps a client with the target group that was chosen for it.
///
/// Its value is sealed with AES-256-GCM: a client can neither read which group it was given nor choose one. It names the group, so
/// that a cookie means the same after a reload that moves groups about.
public struct TargetGroupCookie: Sendable {
    /// The load balancer's name for it.
    public static let name = "AWSALBTG"
    /// The same value for requests from other sites, with `SameSite=None`.
    public static let crossSiteName = "AWSALBTGCORS"
    /// Both names as bytes, for ``CookieHeader``, in the order in which they are looked at.
    public static let names = [Array(name.utf8), Array(crossSiteName.utf8)]

    private let key: SymmetricKey

    /// - Parameter keyMaterial: 32 secret bytes; the key is derived from them for this purpose alone.
    public init(keyMaterial: [UInt8]) {
        precondition(keyMaterial.count == 32, "the session key has 32 bytes")
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: keyMaterial), info: Array("gatehouse target group 1".utf8),
            outputByteCount: 32)
    }

    /// `Set-Cookie` values that give a client its group.
    ///
    /// - Parameters:
    ///   - group: the target group's name.
    ///   - end: when the client may be given another one, in seconds since 1970.
    ///   - now: seconds since 1970. The cookies' own `Expires` is always seven days ahead.
    ///   - isSecure: whether the listener is HTTPS.
    ///   - random: 12 bytes, never used before.
    public func issue(group: String, until end: Int, now: Int, isSecure: Bool, random: [UInt8]) -> [String] {
        let value = seal(group: group, until: end, random: random)
        let common = "=\(value); Path=/; Expires=\(CookieDate.text(now + Self.lifetime)); HttpOnly"
        return [
            Self.name + common + (isSecure ? "; Secure" : ""), Self.crossSiteName + common + "; Secure; SameSite=None",
        ]
    }

    /// The group a cookie's value names; nil if it was not sealed here, was changed, or its time is over. Borrowed for the call.
    public func group(in value: Span<UInt8>, now: Int) -> String? {
        guard value.count <= Self.lengthLimit else { return nil }
        let text = value.withUnsafeBufferPointer { Array($0) }
        guard let combined = Base64URL.decode(text), let box = try? AES.GCM.SealedBox(combined: combined),
            let plain = try? AES.GCM.open(box, using: key, authenticating: Self.purpose), plain.count > Self.timeLength
        else { return nil }
        let end = plain.prefix(Self.timeLength).reduce(0) { $0 << 8 | UInt64($1) }
        guard now >= 0, UInt64(now) < end else { return nil }
        return String(validating: plain.dropFirst(Self.timeLength), as: UTF8.self)
    }

    private func seal(group: String, until end: Int, random: [UInt8]) -> String {
        var plain = (0..<Self.timeLength).map { UInt8(truncatingIfNeeded: end >> (8 * (Self.timeLength - 1 - $0))) }
        plain += group.utf8
        guard let nonce = try? AES.GCM.Nonce(data: random),
            let box = try? AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: Self.purpose),
            let combined = box.combined
        else { preconditionFailure("AES-GCM seals with 32 bytes of key and 12 of nonce") }
        return Base64URL.encode(combined)
    }

    private static let purpose = Array(name.utf8)
    private static let timeLength = 8
    private static let lifetime = 7 * 24 * 3600
    /// Room for a name of any length a configuration would have.
    private static let lengthLimit = 1024
}
