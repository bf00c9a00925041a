import CLinux
import Glibc

/// What a descriptor is ready for.
public struct Readiness: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// The set of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, a connection or the end can be read.
    public static let readable = Readiness(rawValue: UInt32(LINUX_READY_READABLE))
    /// Bytes can be sent.
    public static let writable = Readiness(rawValue: UInt32(LINUX_READY_WRITABLE))
    /// The peer sends no more, or the connection broke.
    public static let peerClosed = Readiness(rawValue: UInt32(LINUX_READY_PEER_CLOSED))
}

/// A descriptor on a loop, and what to do when it is ready or its time is up. Confined to the loop's thread.
///
/// Registration is edge-triggered: a subclass reads until it would block, or remembers that more is there.
open class Channel {
    /// The descriptor; owned by the channel from registration until ``Loop/close(_:)``.
    public let descriptor: Int32
    /// Which use of the descriptor's number this is; reports for an earlier one are dropped.
    public internal(set) var generation: UInt32 = 0
    /// Loop time in milliseconds at which ``deadlineReached()`` is called; ``Loop/never`` if at no time.
    public internal(set) var deadline = Loop.never
    /// Loop time at which the wheel looks at the channel next; an earlier deadline makes a further entry.
    var scheduled = Loop.never

    /// Whether another descriptor leads to the same socket, so that closing this one does not end its reports by itself.
    open var isShared: Bool { false }

    /// A channel over an open, non-blocking descriptor.
    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// The descriptor became ready.
    open func ready(_ readiness: Readiness) {}

    /// The deadline passed. It is cleared before the call.
    open func deadlineReached() {}
}

/// What a read or a write of a socket came to.
public enum TransferResult: Equatable, Sendable {
    /// This many bytes went, at least one if any were asked for.
    case bytes(Int)
    /// Nothing now.
    case wouldBlock
    /// The peer sends no more.
    case end
    /// The connection is broken, with this errno.
    case failed(Int32)
}

extension Channel {
    /// Reads into `buffer`, which is borrowed for the call and not empty.
    @inline(__always)
    public final func receive(into buffer: UnsafeMutableRawBufferPointer) -> TransferResult {
        let count = unsafe linux_receive(descriptor, buffer.baseAddress, UInt(buffer.count))
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        return count == -Int(EAGAIN) ? .wouldBlock : .failed(Int32(-count))
    }

    /// Sends from `bytes`, which are borrowed for the call; perhaps only a part is taken.
    @inline(__always)
    public final func send(_ bytes: UnsafeRawBufferPointer) -> TransferResult {
        let count = unsafe linux_send(descriptor, bytes.baseAddress, UInt(bytes.count))
        if count >= 0 { return .bytes(count) }
        return count == -Int(EAGAIN) ? .wouldBlock : .failed(Int32(-count))
    }
}
