internal import CNGHTTP2
import Wire

/// The callbacks of all sessions. Each notes what happened in the session's ``SessionState`` and returns; none calls its owner.
enum SessionCallbacks {
    /// One table for the process; sessions copy it.
    nonisolated(unsafe) static let table: OpaquePointer = {
        var table: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&table) == 0, let table = unsafe table else {
            preconditionFailure("nghttp2 has memory for one table of callbacks")
        }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table, fieldBlockBegan)
        unsafe nghttp2_session_callbacks_set_on_header_callback(table, fieldReceived)
        unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(table, invalidFieldReceived)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table, frameReceived)
        unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(table, invalidFrameReceived)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, dataReceived)
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(table, frameSent)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table, streamClosed)
        unsafe nghttp2_session_callbacks_set_send_data_callback(table, sendData)
        return unsafe table
    }()

    /// Options of all sessions.
    nonisolated(unsafe) static let options: OpaquePointer = {
        var options: OpaquePointer?
        guard unsafe nghttp2_option_new(&options) == 0, let options = unsafe options else {
            preconditionFailure("nghttp2 has memory for one set of options")
        }
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
        unsafe nghttp2_option_set_max_outbound_ack(options, 256)
        return unsafe options
    }()

    /// Hands out body bytes of the stream whose record is the source; they are copied by ``sendData``.
    static func provider(for record: UnsafeMutablePointer<StreamRecord>) -> nghttp2_data_provider {
        var provider = unsafe nghttp2_data_provider()
        unsafe provider.source.ptr = UnsafeMutableRawPointer(record)
        unsafe provider.read_callback = readData
        return unsafe provider
    }
}

private typealias State = UnsafeMutablePointer<SessionState>

private func state(_ userData: UnsafeMutableRawPointer?) -> State {
    unsafe userData!.assumingMemoryBound(to: SessionState.self)
}

private func record(_ session: OpaquePointer?, _ stream: Int32) -> UnsafeMutablePointer<StreamRecord>? {
    unsafe nghttp2_session_get_stream_user_data(session, stream)?.assumingMemoryBound(to: StreamRecord.self)
}

private let stopSession = NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
private let resetStream = NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue

// MARK: Receiving

private func fieldBlockBegan(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let state = unsafe state(userData)
    let stream = unsafe frame!.pointee.hd.stream_id
    if unsafe frame!.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
        let record = unsafe state.pointee.takeRecord(for: stream)
        unsafe nghttp2_session_set_stream_user_data(session, stream, record)
        unsafe state.pointee.blockStream = stream
        unsafe state.pointee.bridge.begin(in: state.pointee.heads)
    } else {
        unsafe state.pointee.trailersAreValid = true
    }
    return 0
}

private func fieldReceived(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ name: UnsafePointer<UInt8>?,
    _ nameLength: Int, _ value: UnsafePointer<UInt8>?, _ valueLength: Int, _ flags: UInt8,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let state = unsafe state(userData)
    let name = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: name, count: nameLength))
    let value = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: value, count: valueLength))
    if unsafe frame!.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
        unsafe state.pointee.bridge.add(name: name, value: value, to: &state.pointee.heads)
    } else if !FieldRules.isName(name) || !FieldRules.isValue(value) {
        // Trailers are dropped, so that they can smuggle nothing (attack 97), but they must be trailers.
        unsafe state.pointee.trailersAreValid = false
    }
    return 0
}

/// What the library calls invalid is malformed, not passed over.
private func invalidFieldReceived(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ name: UnsafePointer<UInt8>?,
    _ nameLength: Int, _ value: UnsafePointer<UInt8>?, _ valueLength: Int, _ flags: UInt8,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 { resetStream }

private func dataReceived(
    _ session: OpaquePointer?, _ flags: UInt8, _ stream: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let state = unsafe state(userData)
    guard let record = unsafe record(session, stream), let bytes = unsafe bytes, count > 0 else { return 0 }
    let start = unsafe bytes - state.pointee.input!
    unsafe state.pointee.events.append(
        .body(slot: record.pointee.slot, ByteRange(start, start + count)))
    return 0
}

private func frameReceived(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let state = unsafe state(userData)
    let frame = unsafe frame!
    let header = unsafe frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
        guard let record = unsafe record(session, header.stream_id) else { return 0 }
        if unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
            unsafe requestReceived(session, state, record, endsStream: endsStream)
        } else if unsafe state.pointee.trailersAreValid {
            if endsStream { unsafe state.pointee.events.append(.ended(slot: record.pointee.slot)) }
        } else {
            unsafe reset(session, record.pointee.id, .protocolError)
        }
    case NGHTTP2_DATA.rawValue:
        if endsStream, let record = unsafe record(session, header.stream_id) {
            unsafe state.pointee.events.append(.ended(slot: record.pointee.slot))
        }
    case NGHTTP2_WINDOW_UPDATE.rawValue:
        let increment = unsafe Int(frame.pointee.window_update.window_size_increment)
        if unsafe !state.pointee.frames.windowUpdated(by: increment) {
            unsafe state.pointee.fail(.enhanceYourCalm)
            return stopSession
        }
    case NGHTTP2_PING.rawValue:
        // The answer to the ping that followed the notice: the client knows, and what it sent before has arrived.
        if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0,
            unsafe state.pointee.shutdown == .noticed
        {
            unsafe announceShutdown(session, state)
        }
    default: break
    }
    return 0
}

/// A request's field block is complete.
private func requestReceived(
    _ session: OpaquePointer?, _ state: State, _ record: UnsafeMutablePointer<StreamRecord>, endsStream: Bool
) {
    let slot = unsafe record.pointee.slot
    let stream = unsafe record.pointee.id
    unsafe state.pointee.blockStream = 0
    let outcome = unsafe state.pointee.bridge.end(endsStream: endsStream, in: &state.pointee.heads)
    switch outcome {
    case .malformed: return unsafe reset(session, stream, .protocolError)
    case .head(let range):
        if unsafe range.upperBound > state.pointee.settings.pendingHeads {
            unsafe state.pointee.heads.removeLast(Int(range.count))
            return unsafe reset(session, stream, .refusedStream)
        }
        unsafe state.pointee.events.append(.request(slot: slot, head: range, endsStream: endsStream))
    case .refused(let refusal): unsafe state.pointee.events.append(.refused(slot: slot, refusal))
    }
    unsafe record.pointee.isAnnounced = true
    unsafe state.pointee.lastAnnounced = stream
    unsafe state.pointee.requestCount += 1
    if unsafe state.pointee.requestCount == state.pointee.settings.maximumRequests,
        unsafe state.pointee.shutdown == .none
    {
        unsafe noticeShutdown(session, state)
    }
}

private func invalidFrameReceived(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ error: Int32,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let state = unsafe state(userData)
    let stream = unsafe frame!.pointee.hd.stream_id
    // A frame on stream 0 belongs to the connection: 0 as the block's stream means that there is none.
    if stream != 0, unsafe state.pointee.blockStream == stream { unsafe abandonBlock(state) }
    return 0
}

/// The field block being received leads to nothing.
private func abandonBlock(_ state: State) {
    let start = unsafe state.pointee.bridge.start
    unsafe state.pointee.heads.removeLast(max(0, state.pointee.heads.count - start))
    unsafe state.pointee.blockStream = 0
}

private func reset(_ session: OpaquePointer?, _ stream: Int32, _ code: HTTP2ErrorCode) {
    unsafe nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code.rawValue)
}

// MARK: Sending

private func readData(
    _ session: OpaquePointer?, _ stream: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ capacity: Int,
    _ flags: UnsafeMutablePointer<UInt32>?, _ source: UnsafeMutablePointer<nghttp2_data_source>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int {
    let state = unsafe state(userData)
    // The library makes DATA without returning in between, so the limit is kept here.
    if unsafe state.pointee.output.count >= state.pointee.outputLimit { return Int(NGHTTP2_ERR_PAUSE.rawValue) }
    let record = unsafe source!.pointee.ptr.assumingMemoryBound(to: StreamRecord.self)
    let available = unsafe record.pointee.queue.count
    let ends = unsafe record.pointee.bodyEnds
    guard available > 0 || ends else {
        unsafe record.pointee.isDeferred = true
        return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    let count = min(available, capacity)
    unsafe flags!.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
    if ends, count == available {
        unsafe flags!.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        if unsafe !record.pointee.trailers.isEmpty {
            unsafe flags!.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            unsafe submitTrailers(session, record)
        }
    }
    return count
}

private func submitTrailers(_ session: OpaquePointer?, _ record: UnsafeMutablePointer<StreamRecord>) {
    var bytes: [UInt8] = []
    var pairs: [nghttp2_nv] = unsafe []
    let trailers = unsafe record.pointee.trailers
    for trailer in trailers { bytes += Array(trailer.name.utf8) + Array(trailer.value.utf8) }
    unsafe bytes.withUnsafeMutableBufferPointer { buffer in
        var position = 0
        for trailer in trailers {
            var pair = unsafe nghttp2_nv()
            unsafe pair.name = buffer.baseAddress! + position
            unsafe pair.namelen = trailer.name.utf8.count
            unsafe pair.value = buffer.baseAddress! + position + trailer.name.utf8.count
            unsafe pair.valuelen = trailer.value.utf8.count
            position += trailer.name.utf8.count + trailer.value.utf8.count
            unsafe pairs.append(pair)
        }
        _ = unsafe nghttp2_submit_trailer(session, record.pointee.id, pairs, pairs.count)
    }
}

private func sendData(
    _ session: OpaquePointer?, _ frame: UnsafeMutablePointer<nghttp2_frame>?,
    _ frameHeader: UnsafePointer<UInt8>?, _ count: Int, _ source: UnsafeMutablePointer<nghttp2_data_source>?,
    _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let state = unsafe state(userData)
    let record = unsafe source!.pointee.ptr.assumingMemoryBound(to: StreamRecord.self)
    unsafe state.pointee.output.append(UnsafeRawBufferPointer(start: frameHeader, count: 9))
    unsafe state.pointee.output.append(UnsafeRawBufferPointer(rebasing: record.pointee.queue.readable[..<count]))
    unsafe record.pointee.queue.consume(count)
    unsafe record.pointee.blockedSince = record.pointee.queue.isEmpty ? nil : state.pointee.now
    unsafe state.pointee.frames.dataSent()
    return 0
}

private func frameSent(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let state = unsafe state(userData)
    let header = unsafe frame!.pointee.hd
    if UInt32(header.type) == NGHTTP2_GOAWAY.rawValue, unsafe state.pointee.shutdown == .noticed {
        // Only now, for the library would send it in front of the notice.
        unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    }
    guard UInt32(header.type) == NGHTTP2_RST_STREAM.rawValue else { return 0 }
    unsafe state.pointee.frames.streamReset(header.stream_id)
    let byOwner = unsafe record(session, header.stream_id)?.pointee.isResetByOwner ?? false
    if !byOwner, unsafe !state.pointee.frames.glitched(now: state.pointee.now) {
        unsafe state.pointee.fail(.enhanceYourCalm)
    }
    return 0
}

private func streamClosed(
    _ session: OpaquePointer?, _ stream: Int32, _ code: UInt32, _ userData: UnsafeMutableRawPointer?
) -> Int32 {
    let state = unsafe state(userData)
    if unsafe state.pointee.blockStream == stream { unsafe abandonBlock(state) }
    guard let record = unsafe record(session, stream) else { return 0 }
    unsafe nghttp2_session_set_stream_user_data(session, stream, nil)
    unsafe state.pointee.retire(record, HTTP2ErrorCode(rawValue: code))
    return 0
}

// MARK: Ending

/// Tells the client that the end is near; its requests under way are still taken, until it has answered the ping.
func noticeShutdown(_ session: OpaquePointer?, _ state: UnsafeMutablePointer<SessionState>) {
    unsafe state.pointee.shutdown = .noticed
    unsafe nghttp2_submit_shutdown_notice(session)
}

/// Names the last request that is answered; the session ends when those under way have.
func announceShutdown(_ session: OpaquePointer?, _ state: UnsafeMutablePointer<SessionState>) {
    unsafe state.pointee.shutdown = .announced
    let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
    unsafe nghttp2_submit_goaway(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, HTTP2ErrorCode.noError.rawValue, nil, 0)
}
