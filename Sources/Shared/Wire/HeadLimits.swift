/// Sizes of a message's head, in bytes, whatever the protocol it comes in; the defaults are the load balancer's (16 K, 16 K, 64 K).
public struct HeadLimits: Equatable, Sendable {
    /// The first line, without its line end.
    public var startLine: Int
    /// One field line, without its line end.
    public var fieldLine: Int
    /// All field lines with their line ends.
    public var fields: Int
    /// Number of field lines.
    public var fieldCount: Int

    /// A request's limits.
    public static let request = HeadLimits()
    /// A response's limits: 32 K of fields, as the load balancer takes from a target.
    public static let response = HeadLimits(
        startLine: 16 * 1024, fieldLine: 32 * 1024, fields: 32 * 1024, fieldCount: 256)

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
