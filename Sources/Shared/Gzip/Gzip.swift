internal import CZlib

/// The gzip format (RFC 1952), made by zlib.
public enum Gzip {
    /// The bytes at zlib's best compression.
    ///
    /// The same bytes always give the same result: it names neither a file nor a time.
    ///
    /// - Precondition: fewer than 4 GiB, zlib's measure of what it is handed at once.
    public static func compress(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count < UInt32.max, "zlib is handed at most 4 GiB at once")
        var stream = unsafe z_stream()
        // zlib notes the stream's address, so all of it happens at one.
        return unsafe withUnsafeMutablePointer(to: &stream) { stream in
            guard unsafe gzipInit(stream) == Z_OK else { preconditionFailure("zlib has no memory") }
            defer { unsafe deflateEnd(stream) }
            let bound = Int(unsafe deflateBound(stream, UInt(bytes.count)))
            return unsafe bytes.withUnsafeBufferPointer { input in
                unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                    unsafe stream.pointee.next_in = input.baseAddress
                    unsafe stream.pointee.avail_in = UInt32(input.count)
                    unsafe stream.pointee.next_out = output.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(bound)
                    guard unsafe deflate(stream, Z_FINISH) == Z_STREAM_END else {
                        preconditionFailure("deflateBound is an upper bound")
                    }
                    count = unsafe bound - Int(stream.pointee.avail_out)
                }
            }
        }
    }
}
