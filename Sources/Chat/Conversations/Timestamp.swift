import Foundation

/// A moment in whole milliseconds since 1970-01-01T00:00:00Z, the form in which it is stored and sent.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since the epoch.
    public let milliseconds: Int

    /// A moment given in milliseconds since the epoch.
    public init(milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    /// The moment of the call, by the system's clock.
    public static var now: Timestamp { Timestamp(milliseconds: Int(Date().timeIntervalSince1970 * 1000)) }

    /// Earlier is less.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}
