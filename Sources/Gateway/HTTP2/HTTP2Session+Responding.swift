internal import CNGHTTP2
public import Wire

extension HTTP2Session {
    /// Begins the fields of a response.
    public func beginResponse() {
        unsafe state.pointee.fieldBytes.removeAll(keepingCapacity: true)
        unsafe state.pointee.fields.removeAll(keepingCapacity: true)
    }

    /// Adds a field, copied from ranges of `bytes`; its name is sent in lower case, and what belongs to one connection of HTTP/1.1 is
    /// left out (RFC 9113 §8.2.2). The value was checked by whoever parsed it.
    public func addField(_ bytes: Span<UInt8>, name: ByteRange, value: ByteRange) {
        let start = unsafe state.pointee.fieldBytes.count
        for index in name.lowerBound..<name.upperBound {
            unsafe state.pointee.fieldBytes.append(ASCII.lowercased(bytes[index]))
        }
        let nameEnd = unsafe state.pointee.fieldBytes.count
        let kind = unsafe ResponseFieldKind(state.pointee.fieldBytes.span, ByteRange(start, nameEnd))
        guard kind != .connectionSpecific else {
            unsafe state.pointee.fieldBytes.removeLast(nameEnd - start)
            return
        }
        unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe state.pointee.fieldBytes.append(
                contentsOf: UnsafeBufferPointer(rebasing: buffer[value.lowerBound..<value.upperBound]))
        }
        unsafe state.pointee.fields.append(
            ResponseField(
                name: ByteRange(start, nameEnd), value: ByteRange(nameEnd, state.pointee.fieldBytes.count),
                isSensitive: kind == .sensitive))
    }

    /// Sends the response's head. Without a body it ends the stream's side. A stream that is gone gets nothing.
    ///
    /// - Parameter status: 200…999.
    public func submitResponse(slot: Int, status: Int, hasBody: Bool) {
        let record = unsafe state.pointee.slots[slot]
        guard unsafe !record.pointee.isClosed, unsafe !record.pointee.hasResponse else { return }
        unsafe record.pointee.hasResponse = true
        unsafe record.pointee.bodyEnds = !hasBody
        unsafe withPairs(status) { pairs in
            if hasBody {
                var provider = unsafe SessionCallbacks.provider(for: record)
                return unsafe nghttp2_submit_response(
                    handle, record.pointee.id, pairs.baseAddress, pairs.count, &provider)
            }
            return unsafe nghttp2_submit_response(handle, record.pointee.id, pairs.baseAddress, pairs.count, nil)
        }
    }

    /// Sends an interim response: 100…199 but 101, which HTTP/2 does not know.
    public func submitInterimResponse(slot: Int, status: Int) {
        let record = unsafe state.pointee.slots[slot]
        guard unsafe !record.pointee.isClosed, unsafe !record.pointee.hasResponse, status != 101 else { return }
        unsafe withPairs(status) { pairs in
            unsafe nghttp2_submit_headers(
                handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), record.pointee.id, nil, pairs.baseAddress, pairs.count, nil)
        }
    }

    /// Calls `submit` with `:status` and the fields that were added.
    private func withPairs(_ status: Int, _ submit: (UnsafeMutableBufferPointer<nghttp2_nv>) -> Int32) {
        precondition(100...999 ~= status, "a status has three digits")
        let statusName: StaticString = ":status"
        let count = unsafe state.pointee.fields.count + 1
        let digitsStart = unsafe state.pointee.fieldBytes.count
        for divisor in [100, 10, 1] {
            unsafe state.pointee.fieldBytes.append(0x30 + UInt8(status / divisor % 10))
        }
        unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: count) { pairs in
            unsafe state.pointee.fieldBytes.withUnsafeMutableBufferPointer { bytes in
                let base = bytes.baseAddress!
                unsafe pairs.initializeElement(
                    at: 0,
                    to: nghttp2_nv(
                        name: UnsafeMutablePointer(mutating: statusName.utf8Start), value: base + digitsStart,
                        namelen: 7, valuelen: 3, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
                for index in 1..<count {
                    let field = unsafe state.pointee.fields[index - 1]
                    let flags = field.isSensitive ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE
                    unsafe pairs.initializeElement(
                        at: index,
                        to: nghttp2_nv(
                            name: base + field.name.lowerBound, value: base + field.value.lowerBound,
                            namelen: Int(field.name.count), valuelen: Int(field.value.count),
                            flags: UInt8(flags.rawValue)))
                }
            }
            // The library copies names and values.
            if unsafe submit(pairs) != 0 { unsafe state.pointee.fail(.internalError) }
        }
    }

    /// Adds bytes to the response's body; they are copied and wait for the client's window. A stream that is gone takes none.
    public func sendBody(_ bytes: UnsafeRawBufferPointer, slot: Int) {
        let record = unsafe state.pointee.slots[slot]
        guard unsafe !record.pointee.isClosed, unsafe !record.pointee.bodyEnds, bytes.count > 0 else { return }
        if unsafe record.pointee.queue.isEmpty { unsafe record.pointee.blockedSince = state.pointee.now }
        unsafe record.pointee.queue.append(bytes)
        unsafe resume(record)
    }

    /// The response's body is complete.
    public func endBody(slot: Int, trailers: [HeaderText] = []) {
        let record = unsafe state.pointee.slots[slot]
        guard unsafe !record.pointee.isClosed, unsafe !record.pointee.bodyEnds else { return }
        unsafe record.pointee.bodyEnds = true
        if !trailers.isEmpty { unsafe record.pointee.trailers = trailers }
        unsafe resume(record)
    }

    /// Bytes of the response's body that wait for the client's window.
    public func waiting(slot: Int) -> Int { unsafe state.pointee.slots[slot].pointee.queue.count }

    /// Resets the stream: its owner wants no more of it.
    public func reset(slot: Int, _ code: HTTP2ErrorCode) {
        let record = unsafe state.pointee.slots[slot]
        guard unsafe !record.pointee.isClosed else { return }
        unsafe record.pointee.isResetByOwner = true
        unsafe nghttp2_submit_rst_stream(
            handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), record.pointee.id, code.rawValue)
    }

    /// The first slot whose response has waited for the client's window since before `time`, in milliseconds.
    public func stalledSlot(before time: Int64) -> Int? {
        for slot in unsafe state.pointee.slots.indices {
            let record = unsafe state.pointee.slots[slot]
            if unsafe !record.pointee.isClosed, let since = unsafe record.pointee.blockedSince, since < time {
                return slot
            }
        }
        return nil
    }

    private func resume(_ record: UnsafeMutablePointer<StreamRecord>) {
        guard unsafe record.pointee.isDeferred else { return }
        unsafe record.pointee.isDeferred = false
        unsafe nghttp2_session_resume_data(handle, record.pointee.id)
    }
}

/// What is done with a response field.
enum ResponseFieldKind: UInt8 {
    case plain, sensitive, connectionSpecific

    /// Looks at the name, which is in lower case.
    init(_ bytes: Span<UInt8>, _ name: ByteRange) {
        self = .plain
        switch name.count {
        case 7:
            if bytes.equals(name, "upgrade") || bytes.equals(name, "trailer") { self = .connectionSpecific }
        case 10:
            if bytes.equals(name, "set-cookie") {
                self = .sensitive
            } else if bytes.equals(name, "connection") || bytes.equals(name, "keep-alive") {
                self = .connectionSpecific
            }
        case 13: if bytes.equals(name, "authorization") { self = .sensitive }
        case 16: if bytes.equals(name, "proxy-connection") { self = .connectionSpecific }
        case 17: if bytes.equals(name, "transfer-encoding") { self = .connectionSpecific }
        case 19: if bytes.equals(name, "authentication-info") { self = .sensitive }
        default: break
        }
    }
}
