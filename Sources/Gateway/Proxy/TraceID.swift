import Wire

/// `X-Amzn-Trace-Id` (AWS, "Request tracing for your Application Load Balancer"): one number for a request, in every log it passes.
public enum TraceID {
    /// Values above this many bytes are replaced, as the load balancer does.
    public static let lengthLimit = 7 * 1024

    /// The field's value that a backend gets, for logs.
    public static func value(_ bytes: Span<UInt8>, incoming: ByteRange?, _ stamp: TraceStamp) -> [UInt8] {
        var output = ByteQueue()
        write(bytes, incoming: incoming, stamp, into: &output)
        return output.withSpan { $0.bytes(ByteRange(name.utf8CodeUnitCount, $0.count - 2)) }
    }

    private static let name: StaticString = "X-Amzn-Trace-Id: "

    /// Appends the complete line a backend gets.
    ///
    /// - Parameter incoming: the client's value: it keeps its `Root` and gets a `Self` of this gateway; nil if there is none.
    static func write(_ bytes: Span<UInt8>, incoming: ByteRange?, _ stamp: TraceStamp, into output: inout ByteQueue) {
        if let incoming, !incoming.isEmpty, incoming.count <= lengthLimit {
            output.append(name)
            complete(bytes, incoming, stamp, into: &output)
        } else {
            output.append(name)
            output.append("Root=")
            writeID(stamp, into: &output)
        }
        output.append("\r\n")
    }

    private static func complete(
        _ bytes: Span<UInt8>, _ value: ByteRange, _ stamp: TraceStamp, into output: inout ByteQueue
    ) {
        let hasRoot = contains("root=", bytes, value)
        let hasSelf = contains("self=", bytes, value)
        if !hasSelf || !hasRoot {
            output.append(hasRoot ? "Self=" : "Root=")
            writeID(stamp, into: &output)
            output.append(ASCII.semicolon)
        }
        var isFirst = true
        forEachMember(bytes, value) { member in
            if !isFirst { output.append(ASCII.semicolon) }
            isFirst = false
            if bytes.hasFoldedPrefix(member, "self=") {
                output.append("Self=")
                writeID(stamp, into: &output)
            } else {
                output.append(bytes, member)
            }
        }
    }

    /// `1-` and eight digits of time, `-` and 24 of chance.
    private static func writeID(_ stamp: TraceStamp, into output: inout ByteQueue) {
        output.append("1-")
        writeDigits(UInt64(truncatingIfNeeded: stamp.now), count: 8, into: &output)
        output.append(0x2D as UInt8)
        writeDigits(stamp.random.0, count: 16, into: &output)
        writeDigits(stamp.random.1, count: 8, into: &output)
    }

    private static func writeDigits(_ value: UInt64, count: Int, into output: inout ByteQueue) {
        var shift = count &* 4
        while shift > 0 {
            shift &-= 4
            let digit = UInt8(truncatingIfNeeded: value &>> UInt64(shift)) & 15
            output.append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
        }
    }

    private static func contains(_ name: StaticString, _ bytes: Span<UInt8>, _ value: ByteRange) -> Bool {
        var found = false
        forEachMember(bytes, value) { if bytes.hasFoldedPrefix($0, name) { found = true } }
        return found
    }

    /// The members between semicolons, blanks around them left out.
    private static func forEachMember(_ bytes: Span<UInt8>, _ value: ByteRange, _ body: (ByteRange) -> Void) {
        var position = value.lowerBound
        while position < value.upperBound {
            var end = position
            while end < value.upperBound, bytes[end] != ASCII.semicolon { end &+= 1 }
            var first = position
            var last = end
            while first < last, bytes[first] == ASCII.space || bytes[first] == ASCII.tab { first &+= 1 }
            while last > first, bytes[last &- 1] == ASCII.space || bytes[last &- 1] == ASCII.tab { last &-= 1 }
            if last > first { body(ByteRange(first, last)) }
            position = end &+ 1
        }
    }
}

/// What makes one trace id unlike all others.
public struct TraceStamp: Sendable {
    /// Seconds since 1970.
    let now: Int
    /// 128 random bits, of which 96 are used.
    let random: (UInt64, UInt64)

    /// A stamp of this second.
    public init(now: Int, random: (UInt64, UInt64)) {
        self.now = now
        self.random = random
    }
}

/// Numbers for trace ids: quick, never twice the same, and no secret (SplitMix64).
public struct TraceRandom: Sendable {
    private var state: UInt64

    /// A source that starts at a random seed.
    public init(seed: UInt64) { state = seed }

    /// The next 128 bits.
    @inline(__always)
    public mutating func next() -> (UInt64, UInt64) { (step(), step()) }

    @inline(__always)
    private mutating func step() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed &>> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed &>> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed &>> 31
    }
}
