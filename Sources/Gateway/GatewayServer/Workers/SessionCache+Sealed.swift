import Sessions
import Wire

/// Sessions that their browsers hold, sealed (`gatehouse.sessions.store: cookie`).
extension SessionCache {
    /// The live session that a request's shards are, or nil.
    ///
    /// Cookies that were opened before are known by comparing bytes; nothing is decrypted or allocated for them.
    /// - Parameters:
    ///   - shards: of the request's head, `bytes`.
    ///   - host: in normal form, without a port; borrowed for the call.
    func entry(
        sealed shards: SessionShards, _ bytes: Span<UInt8>, seal: SessionSeal, provider: SessionProvider,
        host: Span<UInt8>, now: Int
    ) -> Entry? {
        guard let id = shards.id(in: bytes) else { return nil }
        if let entry = entries[id], entry.record.provider == provider, shards.equal(entry.sealed.text, in: bytes),
            host.count == entry.sealed.host.count,
            (0..<host.count).allSatisfy({ host[$0] == entry.sealed.host[$0] })
        {
            return live(entry, now: now)
        }
        let text = shards.text(in: bytes)
        let hostBytes = (0..<host.count).map { host[$0] }
        guard let session = seal.open(text, provider: provider, host: hostBytes) else { return nil }
        let sealed = SealedText(
            text: text, host: hostBytes, sealedAt: session.sealedAt, grantedAt: session.record.tokens.grantedAt)
        guard let record = store.adopt(session.record, now: now) else { return nil }
        return keep(record, id: session.id, sealed: sealed, now: now)
    }
}

extension SessionCache.Entry {
    /// Whether the browser should get the session sealed anew: it has other tokens, or its use is to be noted.
    func isSealDue(now: Int) -> Bool {
        guard record.isSealed else { return false }
        if grantedAt > sealed.grantedAt { return true }
        return record.idleTimeout > 0 && now - sealed.sealedAt >= record.seenInterval
    }
}
