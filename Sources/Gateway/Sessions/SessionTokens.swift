public import Identity

/// What the provider said of a session's user, and gave out for him: at sign-in, and anew at each refresh.
public struct SessionTokens: Sendable, Equatable {
    /// The user's claims, ready to be signed for backends.
    public var claims: IdentityClaims
    /// The access token, as the provider sent it.
    public var accessToken: String
    /// When the access token ends, in seconds since 1970; nil when the provider did not say.
    public var accessTokenExpiry: Int?
    /// The ID token, as the provider sent it; a hint at sign-out.
    public var idToken: String
    /// The refresh token, where the provider gave one.
    public var refreshToken: String?
    /// When the provider gave them out, in seconds since 1970.
    public var grantedAt: Int
    /// The provider's own name for its session (`sid`), by which it announces that session's end; nil if it gave none. A refresh keeps that
    /// of the sign-in.
    public var providerSession: String?

    /// All of them.
    public init(
        claims: IdentityClaims, accessToken: String, accessTokenExpiry: Int?, idToken: String, refreshToken: String?,
        grantedAt: Int, providerSession: String? = nil
    ) {
        self.claims = claims
        self.accessToken = accessToken
        self.accessTokenExpiry = accessTokenExpiry
        self.idToken = idToken
        self.refreshToken = refreshToken
        self.grantedAt = grantedAt
        self.providerSession = providerSession
    }

    /// When new ones are asked for: a minute before the access token's end, or a quarter of its life if that is less; never without a refresh
    /// token.
    var refreshAt: Int {
        guard refreshToken != nil, let accessTokenExpiry else { return .max }
        return accessTokenExpiry - min(Self.lead, max(1, (accessTokenExpiry - grantedAt) / 4))
    }

    private static let lead = 60
}

extension SessionTokens: CustomStringConvertible, CustomReflectable {
    /// Whose they are, by nothing that could be used.
    public var description: String { "tokens granted at \(grantedAt)" }

    /// Empty, so that no dump prints a token.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SessionTokens {
    /// Everything in one block: a session is two allocations, however many tokens it has.
    struct Packed: Sendable, Equatable {
        let bytes: [UInt8]

        init(_ tokens: SessionTokens) {
            let texts = [tokens.claims.subject, tokens.accessToken, tokens.idToken, tokens.refreshToken ?? ""]
            var fields = PackedFields(
                capacity: tokens.claims.json.count + texts.reduce(0) { $0 + $1.utf8.count } + Self.frame)
            fields.append(tokens.claims.subject.utf8)
            fields.append(optional: tokens.providerSession?.utf8)
            fields.append(tokens.claims.json)
            fields.append(tokens.accessToken.utf8)
            fields.append(tokens.idToken.utf8)
            fields.append(optional: tokens.refreshToken?.utf8)
            fields.append(integer: tokens.grantedAt)
            fields.append(optional: tokens.accessTokenExpiry.map(PackedFields.bytes))
            bytes = fields.bytes
        }

        /// From bytes of ``bytes``; nil if they are nothing that was packed.
        init?(_ bytes: [UInt8]) {
            self.bytes = bytes
            guard unpacked() != nil else { return nil }
        }

        /// The most bytes besides what is packed: seven lengths, two more within, and two integers.
        private static let frame = 7 * 4 + 2 * 4 + 2 * 8

        var tokens: SessionTokens {
            guard let tokens = unpacked() else { preconditionFailure("what was packed can be unpacked") }
            return tokens
        }

        /// The user, without unpacking the rest.
        var subject: String {
            var reader = PackedFields.Reader(bytes)
            return reader.text() ?? ""
        }

        /// Whether the user is that one, byte by byte.
        func hasSubject(_ subject: String) -> Bool {
            var reader = PackedFields.Reader(bytes)
            return reader.slice()?.elementsEqual(subject.utf8) ?? false
        }

        /// The provider's session, without unpacking the rest.
        var providerSession: String? {
            var reader = PackedFields.Reader(bytes)
            guard reader.slice() != nil, case .some(.some(let session)) = reader.optional() else { return nil }
            return String(decoding: session, as: UTF8.self)
        }

        private func unpacked() -> SessionTokens? {
            var reader = PackedFields.Reader(bytes)
            guard let subject = reader.text(), !subject.isEmpty, let session = reader.optional(),
                let json = reader.next(),
                let accessToken = reader.text(), let idToken = reader.text(), let refreshToken = reader.optional(),
                let grantedAt = reader.integer(), let expiry = reader.optional(), reader.isAtEnd,
                expiry.map({ $0.count == 8 }) ?? true
            else { return nil }
            return SessionTokens(
                claims: IdentityClaims(checkedSubject: subject, checkedJSON: json), accessToken: accessToken,
                accessTokenExpiry: expiry.map { PackedFields.integer($0) }, idToken: idToken,
                refreshToken: refreshToken.map { String(decoding: $0, as: UTF8.self) }, grantedAt: grantedAt,
                providerSession: session.map { String(decoding: $0, as: UTF8.self) })
        }
    }
}
