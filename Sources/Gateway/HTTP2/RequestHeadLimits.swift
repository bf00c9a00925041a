/// Sizes of a bridged request head, in bytes; the defaults are the load balancer's (16 K, 16 K, 64 K).
public struct RequestHeadLimits: Equatable, Sendable {
    /// The request line as HTTP/1.1 writes it, without its line end.
    public var startLine: Int
    /// One field line without its line end; all `cookie` fields together count as one.
    public var fieldLine: Int
    /// All field lines with their line ends.
    public var fields: Int
    /// Number of field lines.
    public var fieldCount: Int

    /// Limits of one's own.
    public init(
        startLine: Int = 16 * 1024, fieldLine: Int = 16 * 1024, fields: Int = 64 * 1024, fieldCount: Int = 256
    ) {
        self.startLine = startLine
        self.fieldLine = fieldLine
        self.fields = fields
        self.fieldCount = fieldCount
    }
}
