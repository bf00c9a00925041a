internal import COpenSSL

/// A server's certificate, key and TLS settings: one `SSL_CTX`, made once per worker and certificate.
///
/// TLS 1.2 with ECDHE and AEAD only, and TLS 1.3. Session tickets are on and their keys come from outside, so that all workers
/// of a process resume each other's sessions; early data is off (attack 115).
@safe
public final class TLSContext: Sendable {
    /// Never changed once sessions are made of it, which is when OpenSSL allows it to go from thread to thread.
    nonisolated(unsafe) let handle: OpaquePointer

    /// Number of bytes of ``TLSContext/init(certificateChainFile:privateKeyFile:ticketKeys:offersHTTP2:)``'s `ticketKeys`.
    public static let ticketKeyLength = 80

    /// Loads a PEM chain (leaf first) and its PEM key.
    ///
    /// - Parameters:
    ///   - ticketKeys: ``ticketKeyLength`` random bytes, the same for all contexts that shall resume each other's sessions.
    ///   - offersHTTP2: whether `h2` is chosen, before `http/1.1` and `http/1.0`, where a client offers it.
    /// - Throws: ``TLSError`` if a file cannot be read, or key and certificate do not belong together.
    public init(
        certificateChainFile: String, privateKeyFile: String, ticketKeys: [UInt8], offersHTTP2: Bool = false
    ) throws(TLSError) {
        precondition(ticketKeys.count == Self.ticketKeyLength, "ticket keys have a fixed length")
        _ = Self.keepRecordBuffers
        shim_ERR_clear()
        guard let handle = unsafe SSL_CTX_new(TLS_server_method()) else { throw .last("no TLS context can be made") }
        unsafe self.handle = handle
        unsafe shim_SSL_CTX_set_server_options(handle)
        unsafe shim_SSL_CTX_set_mode(
            handle, Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        unsafe shim_SSL_CTX_set_session_cache_mode(handle, Int(SSL_SESS_CACHE_OFF))
        // Sent at once, not with the first response: it acknowledges the client's Finished, and a client with Nagle's algorithm on holds its request
        // back until then, for 40 ms.
        unsafe SSL_CTX_set_num_tickets(handle, 1)
        unsafe shim_SSL_CTX_count_steps(handle)
        _ = unsafe shim_SSL_CTX_set_read_ahead(handle, 1)
        guard unsafe shim_SSL_CTX_set_min_proto_version(handle, Int32(TLS1_2_VERSION)) == 1,
            unsafe SSL_CTX_set_cipher_list(handle, Self.cipherList) == 1,
            unsafe SSL_CTX_set_ciphersuites(handle, Self.cipherSuites) == 1,
            unsafe shim_SSL_CTX_set1_groups_list(handle, "X25519:P-256:P-384") == 1,
            unsafe ticketKeys.withUnsafeBytes({ keys in
                unsafe shim_SSL_CTX_set_ticket_keys(
                    handle, UnsafeMutableRawPointer(mutating: keys.baseAddress), keys.count)
            }) == 1
        else { throw .last("OpenSSL refuses the TLS settings") }
        guard unsafe SSL_CTX_use_certificate_chain_file(handle, certificateChainFile) == 1 else {
            throw .last("the certificate \(certificateChainFile) cannot be used")
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(handle, privateKeyFile, SSL_FILETYPE_PEM) == 1,
            unsafe SSL_CTX_check_private_key(handle) == 1
        else { throw .last("the key \(privateKeyFile) cannot be used with \(certificateChainFile)") }
        guard unsafe shim_SSL_CTX_set_text(handle, Self.certificateFileIndex, certificateChainFile) == 1 else {
            throw .last("no memory for a certificate's name")
        }
        if offersHTTP2 {
            unsafe SSL_CTX_set_alpn_select_cb(handle, selectHTTP2OrHTTP1, nil)
        } else {
            unsafe SSL_CTX_set_alpn_select_cb(handle, selectHTTP1, nil)
        }
    }

    deinit { unsafe SSL_CTX_free(handle) }

    /// Uses the certificates of these contexts for clients that name a host of theirs (RFC 6066 §3): of several the first, one that names it before one
    /// with a wildcard. Whoever names no host, or another one, gets this context's. To be called once, before the first session.
    /// - Throws: ``TLSError`` if there is no memory.
    public func serve(_ further: [TLSContext]) throws(TLSError) {
        guard !further.isEmpty else { return }
        var handles: [OpaquePointer?] = unsafe further.map { unsafe $0.handle }
        guard unsafe shim_SSL_CTX_add_contexts(handle, Self.furtherIndex, &handles, Int32(handles.count)) == 1 else {
            throw .last("no memory for further certificates")
        }
    }

    private static let furtherIndex = shim_further_contexts_index()
    /// Where contexts hold the name of their certificate's file.
    static let certificateFileIndex = shim_text_index()

    /// Once, before anything else is asked of OpenSSL.
    static let keepRecordBuffers: Void = shim_keep_record_buffers()

    /// OpenSSL's version text.
    public static var libraryVersion: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }

    /// TLS 1.3, in the order of the list for TLS 1.2: AES-128 is as safe here as AES-256 and costs less.
    private static let cipherSuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

    static let cipherList =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
        + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
}

/// Chooses `h2`, else what ``selectHTTP1`` chooses.
private func selectHTTP2OrHTTP1(
    _ connection: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    if unsafe select("h2", chosen, chosenLength, offered, offeredLength) { return SSL_TLSEXT_ERR_OK }
    return unsafe selectHTTP1(connection, chosen, chosenLength, offered, offeredLength, argument)
}

/// Chooses `http/1.1`, else `http/1.0`; a client that offers protocols but neither is refused (RFC 7301 §3.2), so that no other protocol's
/// client can be led here. `offered` is a list of length-prefixed names.
private func selectHTTP1(
    _ connection: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard unsafe offered != nil else { return SSL_TLSEXT_ERR_NOACK }
    for name in ["http/1.1", "http/1.0"] as [StaticString] {
        if unsafe select(name, chosen, chosenLength, offered, offeredLength) { return SSL_TLSEXT_ERR_OK }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

/// Chooses `wanted` if it is offered.
private func select(
    _ wanted: StaticString, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredLength: UInt32
) -> Bool {
    guard let offered = unsafe offered else { return false }
    var position = 0
    let end = Int(offeredLength)
    while position < end {
        let length = Int(unsafe offered[position])
        guard position + 1 + length <= end else { return false }
        if length == wanted.utf8CodeUnitCount {
            var equal = true
            for index in 0..<length where unsafe offered[position + 1 + index] != wanted.utf8Start[index] {
                equal = false
            }
            if equal {
                unsafe chosen?.pointee = unsafe offered + position + 1
                unsafe chosenLength?.pointee = UInt8(length)
                return true
            }
        }
        position += 1 + length
    }
    return false
}
