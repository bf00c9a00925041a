internal import COpenSSL

/// The settings of a TLS client: whom it trusts, and what it speaks. TLS 1.2 with ECDHE and AEAD only, and TLS 1.3; `http/1.1`.
///
/// A server's certificate must be signed by an authority that the system trusts, or one of ``TLSClientContext/init(trustedRootsFile:)``'s, and
/// name the host that was asked for: there is no way to turn that off.
@safe
public final class TLSClientContext: Sendable {
    /// Never changed once it is made, which is when OpenSSL allows several threads to make sessions of one context.
    nonisolated(unsafe) let handle: OpaquePointer

    /// - Parameter trustedRootsFile: PEM, trusted beside the system's authorities.
    /// - Throws: ``TLSError`` if the file holds no certificate.
    public init(trustedRootsFile: String?) throws(TLSError) {
        _ = TLSContext.keepRecordBuffers
        shim_ERR_clear()
        guard let handle = unsafe SSL_CTX_new(TLS_client_method()) else { throw .last("no TLS context can be made") }
        unsafe self.handle = handle
        unsafe shim_SSL_CTX_set_client_options(handle)
        unsafe shim_SSL_CTX_set_mode(
            handle, Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        unsafe shim_SSL_CTX_set_session_cache_mode(handle, Int(SSL_SESS_CACHE_OFF))
        unsafe shim_SSL_CTX_count_steps(handle)
        unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
        let protocols: [UInt8] = [8] + Array("http/1.1".utf8)
        guard unsafe shim_SSL_CTX_set_min_proto_version(handle, Int32(TLS1_2_VERSION)) == 1,
            unsafe SSL_CTX_set_cipher_list(handle, TLSContext.cipherList) == 1,
            unsafe SSL_CTX_set_default_verify_paths(handle) == 1,
            unsafe SSL_CTX_set_alpn_protos(handle, protocols, UInt32(protocols.count)) == 0
        else { throw .last("OpenSSL refuses the TLS settings") }
        if let trustedRootsFile {
            guard unsafe SSL_CTX_load_verify_locations(handle, trustedRootsFile, nil) == 1 else {
                throw .last("\(trustedRootsFile) is no readable PEM file of certificates")
            }
        }
    }

    deinit { unsafe SSL_CTX_free(handle) }
}
