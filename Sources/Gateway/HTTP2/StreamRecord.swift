internal import CNGHTTP2
import Wire

/// What a session keeps of one open stream. It lies at a fixed address, which the library holds as the stream's user data.
@safe
struct StreamRecord: ~Copyable {
    let slot: Int
    var id: Int32 = 0
    /// The owner was told of it.
    var isAnnounced = false
    /// It is gone; its slot waits to be given away again.
    var isClosed = false
    /// The owner reset it: that is no fault of the client.
    var isResetByOwner = false
    /// A final response was submitted.
    var hasResponse = false
    /// The response's body is complete with what ``queue`` holds.
    var bodyEnds = false
    /// The library asked for body bytes when there were none.
    var isDeferred = false
    /// Trailer fields follow the body.
    var trailers: [HeaderText] = []
    /// Response body that waits for the client's window.
    var queue = ByteQueue()
    /// Time since when bytes wait and none were taken, or nil.
    var blockedSince: Int64?

    init(slot: Int) { self.slot = slot }

    /// Makes it ready for another stream; memory for a usual body is kept.
    mutating func reset(id: Int32) {
        self.id = id
        isAnnounced = false
        isClosed = false
        isResetByOwner = false
        hasResponse = false
        bodyEnds = false
        isDeferred = false
        if !trailers.isEmpty { trailers = [] }
        queue.removeAll(keepingUpTo: Self.keptCapacity)
        blockedSince = nil
    }

    /// Bytes of memory an empty queue keeps while its connection has streams.
    static let keptCapacity = 4096
}

/// One field as text, for what is seldom sent.
public struct HeaderText: Equatable, Sendable {
    /// The name in lower case.
    public let name: String
    /// The value.
    public let value: String

    /// A field.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
