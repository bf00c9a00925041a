internal import COpenSSL

/// One TLS connection, of a server or a client: owns its `SSL`, borrows the ``CiphertextWindow`` of its worker for each call.
@safe
public struct TLSSession: ~Copyable {
    private let handle: OpaquePointer
    private let window: UnsafeMutablePointer<CiphertextWindow.Cell>

    /// What a read came to.
    public enum ReadResult: Equatable, Sendable {
        /// This many bytes of plaintext, at least one.
        case bytes(Int)
        /// All ciphertext is taken and more is needed.
        case wantsMore
        /// The peer said it sends no more.
        case closed
        /// The peer broke the protocol; an alert may lie in the window's output.
        case failed(TLSError)
    }

    /// A session that waits for a client's hello. `window` must outlive it.
    public init(context: TLSContext, window: CiphertextWindow) throws(TLSError) {
        shim_ERR_clear()
        guard let handle = unsafe SSL_new(context.handle), let bio = unsafe WindowBIO.make(over: window) else {
            throw .last("no TLS session can be made")
        }
        unsafe self.handle = handle
        unsafe self.window = window.cell
        unsafe SSL_set_bio(handle, bio, bio)
        unsafe SSL_set_accept_state(handle)
    }

    /// A session that greets the server `host`, a name or an address without brackets, at the first ``read(into:)``. `window` must outlive it.
    public init(client context: TLSClientContext, host: String, window: CiphertextWindow) throws(TLSError) {
        shim_ERR_clear()
        guard let handle = unsafe SSL_new(context.handle), let bio = unsafe WindowBIO.make(over: window) else {
            throw .last("no TLS session can be made")
        }
        unsafe SSL_set_bio(handle, bio, bio)
        unsafe SSL_set_connect_state(handle)
        guard unsafe shim_SSL_expect_host(handle, host) == 1 else {
            unsafe SSL_free(handle)
            throw .last("\(host) is no host")
        }
        unsafe self.handle = handle
        unsafe self.window = window.cell
    }

    deinit { unsafe SSL_free(handle) }

    // Functions, where properties would do: only those can be called on an optional session of a class.

    /// Whether the handshake is done.
    public func isEstablished() -> Bool { unsafe SSL_is_init_finished(handle) == 1 }

    /// Whether the handshake chose `h2`; known once ``isEstablished``.
    public func speaksHTTP2() -> Bool {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(handle, &name, &length)
        guard length == 2, let name = unsafe name else { return false }
        return unsafe name[0] == UInt8(ascii: "h") && name[1] == UInt8(ascii: "2")
    }

    /// The host the client asked for (RFC 6066 §3), in lower case without a trailing dot; nil if it named none, and in TLS 1.2 when
    /// an earlier session was resumed. Known once ``isEstablished``.
    public func serverName() -> [UInt8]? {
        guard let name = unsafe SSL_get_servername(handle, TLSEXT_NAMETYPE_host_name) else { return nil }
        var bytes = unsafe Array(String(cString: name).lowercased().utf8)
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        return bytes.isEmpty ? nil : bytes
    }

    /// Decrypts offered ciphertext into `buffer`, shaking hands before if need be. Call until it says ``ReadResult/wantsMore``, or until it
    /// leaves room in `buffer` and the window's input is empty: then all is decrypted.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadResult {
        shim_ERR_clear()
        var total = 0
        while total < buffer.count {
            let count = unsafe SSL_read(handle, buffer.baseAddress! + total, Int32(buffer.count - total))
            // Looked at whatever came of the call: behind a KeyUpdate there may be data.
            if unsafe shim_SSL_steps(handle) > Self.stepLimit {
                return .failed(TLSError(operation: "too many handshake messages", reasons: []))
            }
            if count > 0 {
                total += Int(count)
                if !hasUnreadInput() { break }
                continue
            }
            if total > 0 { return .bytes(total) }
            switch unsafe SSL_get_error(handle, count) {
            case SSL_ERROR_WANT_READ: return .wantsMore
            case SSL_ERROR_ZERO_RETURN: return .closed
            default: return .failed(.last("TLS read"))
            }
        }
        return .bytes(total)
    }

    /// Whether a further read could come to anything before more ciphertext is offered: asking costs less than trying.
    public func hasUnreadInput() -> Bool { unsafe window.pointee.inputCount > 0 || SSL_has_pending(handle) == 1 }

    /// Whether the peer has said that it sends no more; also where that came behind the last bytes that were read.
    public func peerHasClosed() -> Bool { unsafe SSL_get_shutdown(handle) & SSL_RECEIVED_SHUTDOWN != 0 }

    /// Encrypts all of `bytes` into the window's output. False if the session is broken.
    public func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        shim_ERR_clear()
        var written = 0
        while written < bytes.count {
            let count = unsafe SSL_write(
                handle, bytes.baseAddress! + written, Int32(min(bytes.count - written, Int(Int32.max))))
            guard count > 0 else { return false }
            written += Int(count)
        }
        return true
    }

    /// Steps of the handshake machine in a connection's life (attack 108). A handshake takes fewer than forty, a change of keys two or
    /// three: room for terabytes of data, none for a flood of KeyUpdates.
    private static let stepLimit = 160

    /// Puts a `close_notify` into the window's output.
    public func close() {
        shim_ERR_clear()
        _ = unsafe SSL_shutdown(handle)
    }

    /// What a client's session came to think of the server's certificate. Known once the handshake is done, or has failed.
    public func verification() -> CertificateVerification {
        let code = unsafe Int32(SSL_get_verify_result(handle))
        return switch code {
        case X509_V_OK: .trusted
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .otherHost
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            .untrusted
        default: .refused(unsafe String(cString: X509_verify_cert_error_string(Int(code))))
        }
    }

    /// Whether the handshake resumed an earlier session. Known once ``isEstablished``.
    public func isResumed() -> Bool { unsafe SSL_session_reused(handle) == 1 }

    /// The file of the certificate that the client got, as the context was given it. Known once ``isEstablished``.
    public func certificateFile() -> String {
        guard let text = unsafe shim_SSL_context_text(handle, TLSContext.certificateFileIndex) else { return "" }
        return unsafe String(cString: text)
    }

    /// The protocol version and cipher in OpenSSL's names.
    public func negotiated() -> (version: String, cipher: String) {
        let version = unsafe String(cString: SSL_get_version(handle))
        let cipher = unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(handle)))
        return (version, cipher)
    }
}
