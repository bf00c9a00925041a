import Crypto
import Identity

/// Seals whole sessions into cookies, for `gatehouse.sessions.store: cookie`, with AES-256-GCM and a ring of keys.
///
/// The newest key seals, every key opens, so a key is replaced by adding another one. Sealed along are the session's id, the cookie's name and the
/// host, and every field has its length before it: a value means the same session at the same place, or nothing (CVE-2023-35941).
///
/// ```
/// id (43 characters) . base64url( key id (4) | nonce (12) | ciphertext | tag (16) )
/// ```
public struct SessionSeal: Sendable {
    /// A key and the name by which a cookie says that it was used.
    private struct Key: Sendable {
        let id: [UInt8]
        let key: SymmetricKey
    }

    /// Characters of the id and the dot behind it.
    public static let prefixLength = SessionID.cookieLength + 1

    private let keys: [Key]

    /// - Parameter keyMaterial: keys of 32 secret bytes each, the newest last; at least one.
    public init(keyMaterial: [[UInt8]]) {
        precondition(!keyMaterial.isEmpty && keyMaterial.allSatisfy { $0.count == 32 }, "keys of 32 bytes")
        keys = keyMaterial.map { material in
            let secret = SymmetricKey(data: material)
            func derive(_ purpose: String, _ count: Int) -> SymmetricKey {
                HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Array(purpose.utf8), outputByteCount: count)
            }
            let id = derive("gatehouse session cookie 1, key id", Self.keyIDLength).withUnsafeBytes { Array($0) }
            return Key(id: id, key: derive("gatehouse session cookie 1", 32))
        }
    }

    /// A session as one text.
    ///
    /// - Parameters:
    ///   - id: what its record's digest is of.
    ///   - host: the host whose cookie it becomes, in normal form, without a port.
    ///   - now: seconds since 1970.
    ///   - limit: the most characters the text may have. If it is too long, the ID token is left out, which is only a hint at sign-out.
    ///   - random: 12 bytes, never used before.
    /// - Returns: nil if it is too long all the same.
    public func seal(
        _ record: SessionRecord, id: SessionID, host: [UInt8], now: Int, limit: Int, random: [UInt8]
    ) -> [UInt8]? {
        precondition(record.digest == SessionDigest(of: id), "a session is sealed under its own id")
        var tokens = record.tokens
        if Self.length(of: record, tokens) > limit { tokens.idToken = "" }
        guard Self.length(of: record, tokens) <= limit else { return nil }
        var fields = PackedFields()
        fields.append(record.provider.issuer.utf8)
        fields.append(record.provider.client.utf8)
        for number in [record.createdAt, record.expiresAt, record.idleTimeout, now] { fields.append(integer: number) }
        fields.append(SessionTokens.Packed(tokens).bytes)
        let key = keys[keys.count - 1]
        let context = Self.context(id, keyID: key.id, cookieName: record.provider.cookieName, host: host)
        guard let nonce = try? AES.GCM.Nonce(data: random),
            let box = try? AES.GCM.seal(fields.bytes, using: key.key, nonce: nonce, authenticating: context),
            let combined = box.combined
        else { preconditionFailure("AES-GCM seals with 32 bytes of key and 12 of nonce") }
        return Array("\(id.cookieValue).\(Base64URL.encode(key.id + combined))".utf8)
    }

    /// The session that a text is; nil for whatever was not sealed for this cookie name and host with one of the keys.
    ///
    /// - Parameters:
    ///   - text: all shards, joined.
    ///   - provider: whose sessions are looked for; its object becomes the record's.
    public func open(_ text: [UInt8], provider: SessionProvider, host: [UInt8]) -> SealedSession? {
        guard text.count > Self.prefixLength, text[Self.prefixLength - 1] == UInt8(ascii: "."),
            let id = SessionID(cookieValue: text.span.extracting(0..<SessionID.cookieLength)),
            let sealed = Base64URL.decode(text[Self.prefixLength...]), sealed.count > Self.keyIDLength
        else { return nil }
        let keyID = Array(sealed.prefix(Self.keyIDLength))
        let context = Self.context(id, keyID: keyID, cookieName: provider.cookieName, host: host)
        guard let key = keys.last(where: { $0.id == keyID }),
            let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(Self.keyIDLength)),
            let plain = try? AES.GCM.open(box, using: key.key, authenticating: context)
        else { return nil }
        var fields = PackedFields.Reader(Array(plain))
        guard let issuer = fields.text(), let client = fields.text(), let createdAt = fields.integer(),
            let expiresAt = fields.integer(), let idleTimeout = fields.integer(), let sealedAt = fields.integer(),
            let packed = fields.next().flatMap({ SessionTokens.Packed($0) }), fields.isAtEnd,
            SessionProvider(issuer: issuer, client: client, cookieName: provider.cookieName) == provider
        else { return nil }
        let record = SessionRecord(
            digest: SessionDigest(of: id), provider: provider, packed: packed, createdAt: createdAt,
            expiresAt: expiresAt, idleTimeout: idleTimeout, seenAt: sealedAt, isSealed: true)
        return SealedSession(id: id, record: record, sealedAt: sealedAt)
    }

    private static func context(_ id: SessionID, keyID: [UInt8], cookieName: String, host: [UInt8]) -> [UInt8] {
        var fields = PackedFields()
        fields.append("gatehouse session cookie 1".utf8)
        fields.append(id.bytes)
        fields.append(keyID)
        fields.append(cookieName.utf8)
        fields.append(host)
        return fields.bytes
    }

    /// Characters of the text of that session.
    private static func length(of record: SessionRecord, _ tokens: SessionTokens) -> Int {
        let fields =
            [record.provider.issuer.utf8.count, record.provider.client.utf8.count, 8, 8, 8, 8]
            + [SessionTokens.Packed(tokens).bytes.count]
        let bytes = keyIDLength + 12 + fields.reduce(0) { $0 + 4 + $1 } + 16
        return prefixLength + (bytes * 4 + 2) / 3
    }

    private static let keyIDLength = 4
}

/// A session that a browser brought.
public struct SealedSession: Sendable {
    /// Its id.
    public let id: SessionID
    /// What was sealed.
    public let record: SessionRecord
    /// When it was sealed, in seconds since 1970.
    public let sealedAt: Int
}
