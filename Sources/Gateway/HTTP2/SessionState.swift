internal import CNGHTTP2
import Wire

/// What a session's C callbacks work on: a heap cell of its own, so that C may hold its address and no exclusivity is asked.
@safe
struct SessionState: ~Copyable {
    let settings: HTTP2Settings
    var bridge: RequestHeadBridge
    var frames = FrameGuard()
    /// HTTP/1.1 heads of requests that the owner has not fetched yet, and the beginning of an incomplete one.
    var heads: [UInt8] = []
    var events: [HTTP2Event] = []
    var nextEvent = 0
    /// Frames to send.
    var output = ByteQueue()
    /// Bytes of ``output`` from which no more DATA is made.
    var outputLimit = Int.max
    /// The bytes being received.
    var input: UnsafePointer<UInt8>?
    var now: Int64 = 0
    /// Set once the connection must end: with this code, after the frames before.
    var failure: HTTP2ErrorCode?
    /// The stream whose first field block is being received, or 0.
    var blockStream: Int32 = 0
    var trailersAreValid = true
    var requestCount = 0
    /// The highest stream whose request the owner was told of.
    var lastAnnounced: Int32 = 0
    var openStreams = 0
    var shutdown = Shutdown.none
    var slots: [UnsafeMutablePointer<StreamRecord>] = unsafe []
    var freeSlots: [Int] = []
    /// Slots whose closing the owner was not told of yet.
    var retiredSlots: [Int] = []
    /// Field lines of the response being composed, and where they lie.
    var fieldBytes: [UInt8] = []
    var fields: [ResponseField] = []

    /// Bytes of memory the heads keep while their connection has streams.
    private static let keptHeads = 16 * 1024

    /// How far a graceful end has come (RFC 9113 §6.8).
    enum Shutdown: Equatable { case none, noticed, announced }

    init(_ settings: HTTP2Settings) {
        self.settings = settings
        bridge = RequestHeadBridge(limits: settings.limits)
        unsafe input = nil
    }

    deinit {
        freeRecords()
    }

    private func freeRecords() {
        for slot in unsafe slots.indices {
            unsafe slots[slot].deinitialize(count: 1)
            unsafe slots[slot].deallocate()
        }
    }

    /// Ends the connection with `code`, unless it ends already.
    mutating func fail(_ code: HTTP2ErrorCode) {
        if failure == nil { failure = code }
    }

    /// A record for a stream that opens.
    mutating func takeRecord(for stream: Int32) -> UnsafeMutablePointer<StreamRecord> {
        openStreams += 1
        if let slot = freeSlots.popLast() {
            unsafe slots[slot].pointee.reset(id: stream)
            return unsafe slots[slot]
        }
        let record = UnsafeMutablePointer<StreamRecord>.allocate(capacity: 1)
        unsafe record.initialize(to: StreamRecord(slot: slots.count))
        unsafe record.pointee.id = stream
        unsafe slots.append(record)
        return unsafe record
    }

    /// The stream of the record is gone.
    mutating func retire(_ record: UnsafeMutablePointer<StreamRecord>, _ code: HTTP2ErrorCode) {
        openStreams -= 1
        let slot = unsafe record.pointee.slot
        unsafe record.pointee.isClosed = true
        if unsafe record.pointee.isAnnounced {
            retiredSlots.append(slot)
            events.append(.closed(slot: slot, code: code))
        } else {
            freeSlots.append(slot)
        }
    }

    /// All events were handed out: closed streams' slots are free again, and heads are dropped.
    mutating func eventsDrained() {
        events.removeAll(keepingCapacity: true)
        nextEvent = 0
        if !retiredSlots.isEmpty {
            freeSlots.append(contentsOf: retiredSlots)
            retiredSlots.removeAll(keepingCapacity: true)
        }
        // The beginning of an incomplete head stays.
        let kept = blockStream == 0 ? heads.count : bridge.start
        guard kept > 0 else { return }
        if kept == heads.count {
            heads.removeAll(keepingCapacity: kept <= Self.keptHeads)
        } else {
            heads.removeSubrange(0..<kept)
        }
        bridge.arenaConsumed(kept)
    }

    /// Gives memory back that an idle connection does not need.
    mutating func trim() {
        output.removeAll()
        guard openStreams == 0, retiredSlots.isEmpty, events.isEmpty else { return }
        freeRecords()
        unsafe slots = []
        freeSlots = []
        retiredSlots = []
        events = []
        fieldBytes = []
        fields = []
        if blockStream == 0 {
            heads = []
            bridge = RequestHeadBridge(limits: settings.limits)
        }
    }
}

/// One field of a response being composed: offsets into ``SessionState/fieldBytes``.
struct ResponseField {
    var name: ByteRange
    var value: ByteRange
    /// Never indexed, so that it can be neither read from nor guessed by the size of the compression table (RFC 7541 §7.1.3).
    var isSensitive: Bool
}
