internal import COpenSSL
import Wire

/// Where the sessions of one worker read ciphertext from and write it to: the worker's one scratch instead of buffers per connection.
///
/// A worker handles one connection at a time, so one window serves all of them: before a session is asked to read, `offer` points the
/// window at the bytes just received; what the session wants sent collects in ``output``, and the worker sends it before it turns to
/// another connection. The window outlives its sessions.
@safe
public final class CiphertextWindow {
    /// What the BIO callbacks work on; a heap cell of its own, so that C may hold its address and no exclusivity is asked.
    @safe
    struct Cell: ~Copyable {
        var input: UnsafePointer<UInt8>?
        var inputCount = 0
        var output = ByteQueue()
    }

    let cell: UnsafeMutablePointer<Cell>

    /// An empty window.
    public init() {
        unsafe cell = .allocate(capacity: 1)
        unsafe cell.initialize(to: Cell(input: nil))
    }

    deinit {
        unsafe cell.deinitialize(count: 1)
        unsafe cell.deallocate()
    }

    /// Points the window at received ciphertext; the bytes stay valid until ``inputIsEmpty`` or the next offer.
    public func offer(_ bytes: UnsafeRawBufferPointer) {
        unsafe cell.pointee.input = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe cell.pointee.inputCount = bytes.count
    }

    /// Whether all offered bytes were taken.
    public var inputIsEmpty: Bool { unsafe cell.pointee.inputCount == 0 }

    /// Ciphertext to send.
    public var output: UnsafeRawBufferPointer { unsafe cell.pointee.output.readable }

    /// Appends bytes that go out as they are, on a connection without TLS.
    public func appendOutput(_ bytes: UnsafeRawBufferPointer) { unsafe cell.pointee.output.append(bytes) }

    /// Drops `count` bytes of ``output`` that were sent or kept elsewhere.
    public func consumeOutput(_ count: Int) { unsafe cell.pointee.output.consume(count) }
}

/// The BIO between OpenSSL and the window of its worker.
enum WindowBIO {
    /// One method table for the process; OpenSSL never frees it.
    nonisolated(unsafe) static let method: OpaquePointer = {
        guard let method = unsafe BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ciphertext window") else {
            preconditionFailure("OpenSSL has memory for one BIO method")
        }
        unsafe BIO_meth_set_read(method, readWindow)
        unsafe BIO_meth_set_write(method, writeWindow)
        unsafe BIO_meth_set_ctrl(method, controlWindow)
        return unsafe method
    }()

    /// A BIO over `window`, to be owned by one `SSL`. The window is unretained: it outlives its sessions.
    static func make(over window: CiphertextWindow) -> OpaquePointer? {
        guard let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, window.cell)
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }
}

private func cell(of bio: OpaquePointer?) -> UnsafeMutablePointer<CiphertextWindow.Cell> {
    unsafe BIO_get_data(bio)!.assumingMemoryBound(to: CiphertextWindow.Cell.self)
}

private func readWindow(_ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ capacity: Int32) -> Int32 {
    let cell = unsafe cell(of: bio)
    unsafe shim_BIO_clear_retry_flags(bio)
    let count = unsafe min(Int(capacity), cell.pointee.inputCount)
    guard count > 0, let bytes = unsafe bytes, let input = unsafe cell.pointee.input else {
        unsafe shim_BIO_set_retry_read(bio)
        return -1
    }
    unsafe UnsafeMutableRawPointer(bytes).copyMemory(from: input, byteCount: count)
    unsafe cell.pointee.input = unsafe input + count
    unsafe cell.pointee.inputCount -= count
    return Int32(count)
}

private func writeWindow(_ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
    unsafe shim_BIO_clear_retry_flags(bio)
    guard count > 0 else { return 0 }
    unsafe cell(of: bio).pointee.output.append(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    return count
}

private func controlWindow(
    _ bio: OpaquePointer?, _ command: Int32, _ number: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    switch command {
    case BIO_CTRL_FLUSH: 1  // the worker sends at the end of its turn
    case BIO_CTRL_PENDING: unsafe cell(of: bio).pointee.inputCount
    default: 0
    }
}
