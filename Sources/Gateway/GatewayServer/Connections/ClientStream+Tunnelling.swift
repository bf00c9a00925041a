import HTTP1
import Proxy
import Wire

/// What every client's side of a WebSocket does, whatever the protocol beneath.
extension ClientStream {
    /// Sends bytes of the client to the backend, and takes no more while too many wait there.
    func forwardThroughTunnel(_ bytes: UnsafeRawBufferPointer) {
        guard let upstream else { return }
        request.access?.entry.receivedBytes += bytes.count
        upstream.sendThroughTunnel(bytes)
        if upstream.waiting > UpstreamConnection.highWater { pauseReading() }
    }

    /// Whether the page that opens a WebSocket may use the user's session: its origin is this host's, or stands in the configuration.
    ///
    /// Browsers send cookies along whatever page asks, and let it read the answers (cross-site WebSocket hijacking). A client that names
    /// no origin is no browser, and has its cookie from its user.
    func mayOpenWebSocket(_ bytes: Span<UInt8>) -> Bool {
        let allowed = worker.core.configuration.attributes.webSocketAllowedOrigins
        let own = WebOrigin.withoutDefaultPort(originText(bytes))
        for field in worker.requestHead.fields where field.known == .origin {
            let origin = WebOrigin.withoutDefaultPort(bytes.text(field.value).lowercased())
            guard origin == own || allowed.contains(origin) else { return false }
        }
        return true
    }
}
