/// WINDOW_UPDATE frames in relation to what was sent: a client that takes data grants window, one that plays games grants
/// windows nobody used or a few bytes at a time (CVE-2019-9511, -9517).
struct WindowUpdateBudget: Equatable, Sendable {
    /// Frames taken without any data sent.
    static let allowance = 1024
    /// Frames taken per DATA frame sent: one for the stream, one for the connection, twice that to be generous.
    static let perDataFrame = 4
    /// Increments below this many bytes count as `tinyCost` frames, for each costs us a frame of that size.
    static let tinyIncrement = 256
    static let tinyCost = 8

    private var available = allowance

    /// A DATA frame went out.
    mutating func dataSent() {
        available = min(Self.allowance, available + Self.perDataFrame)
    }

    /// A WINDOW_UPDATE with this increment came. False once there are too many.
    mutating func updateReceived(increment: Int) -> Bool {
        available -= increment < Self.tinyIncrement ? Self.tinyCost : 1
        return available > 0
    }
}
