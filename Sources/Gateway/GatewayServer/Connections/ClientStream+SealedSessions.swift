import HTTP1
import Routing
import Sessions
import Wire

/// Sessions that their browsers hold, sealed (`gatehouse.sessions.store: cookie`).
extension ClientStream {
    /// The live session that the request's cookies are. Where it has changed, the response brings it anew.
    func sealedSession(
        _ bytes: Span<UInt8>, _ service: SignInService, _ seal: SessionSeal, host: Span<UInt8>
    ) -> SessionCache.Entry? {
        let shards = shards(bytes, service)
        let now = worker.unixTime
        guard
            let entry = worker.sessions.entry(
                sealed: shards, bytes, seal: seal, provider: service.provider, host: host, now: now)
        else { return nil }
        if entry.isSealDue(now: now), let id = shards.id(in: bytes) {
            request.cookies += service.sealing?.cookies(entry.record, id: id, host: entry.sealed.host, now: now) ?? []
        }
        return entry
    }

    /// The id of the session that the request's cookies are, where sessions are sealed.
    func sealedSessionID(_ bytes: Span<UInt8>, _ service: SignInService, _ seal: SessionSeal) -> SessionID? {
        let host = normalHost(bytes)
        guard sealedSession(bytes, service, seal, host: host.span) != nil else { return nil }
        // The answer takes cookies away, or gives others.
        request.cookies = []
        return shards(bytes, service).id(in: bytes)
    }

    /// The cookies of the request that a sealed session could be in.
    func shards(_ bytes: Span<UInt8>, _ service: SignInService) -> SessionShards {
        var shards = SessionShards()
        for field in worker.requestHead.fields where field.known == .cookie {
            shards.read(bytes, field: field.value, of: service.cookie)
        }
        return shards
    }

    /// The request's host in normal form, without its port; empty where it is none.
    private func normalHost(_ bytes: Span<UInt8>) -> [UInt8] {
        SessionSealing.host(of: bytes.bytes(worker.requestHead.host))
    }
}
