/// `routing.http.xff_header_processing.mode`: what becomes of a client's `X-Forwarded-For`.
public enum ForwardedForMode: String, CaseIterable, Sendable {
    /// The client's address is put behind what came, or stands alone.
    case append
    /// What came goes on; nothing is added.
    case preserve
    /// Nothing goes on.
    case remove
}
