import OpenIDConnect

/// One worker's view of the bearer tokens that passed: a signature is verified once per token, rule and worker, not with each request.
final class BearerCache {
    /// A token that passed.
    final class Entry {
        fileprivate let token: BearerToken
        /// Unix time from which the signature is verified anew, since keys are withdrawn.
        fileprivate let renewAt: Int
        private var standings = Standings()

        fileprivate init(token: BearerToken, renewAt: Int) {
            self.token = token
            self.renewAt = renewAt
        }

        /// How the token's user stands under the authorisation with this index.
        func standing(under index: Int, _ rules: AuthorizationRules) -> AuthorizationStanding {
            standings.get(index, rules) { token.claims }
        }
    }

    /// The whole token and whose rules it passed: what passed one rule says nothing about another (attack 59).
    private struct Key: Hashable {
        let authority: Int
        let token: [UInt8]
    }

    private let authorities: [BearerAuthority]
    private var entries: [Key: Entry] = [:]

    /// Seconds a signature counts as verified.
    static let lifetime = 60
    /// Tokens kept at most; when full, the cache starts anew.
    static let limit = 4096

    init(authorities: [BearerAuthority]) { self.authorities = authorities }

    /// The token's entry, if it passes the authority's rules at `now`, in seconds since 1970.
    func entry(for token: [UInt8], authority: Int, now: Int) throws(BearerFailure) -> Entry {
        let key = Key(authority: authority, token: token)
        if let entry = entries[key], now < entry.renewAt { return entry }
        entries[key] = nil
        let verified = try authorities[authority].verify(String(decoding: token, as: UTF8.self), now: now)
        if entries.count >= Self.limit { entries.removeAll(keepingCapacity: true) }
        let entry = Entry(token: verified, renewAt: min(verified.expiry, now + Self.lifetime))
        entries[key] = entry
        return entry
    }
}
