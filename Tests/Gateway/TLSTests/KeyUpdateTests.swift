import COpenSSL
import TLS
import TLSTesting
import TestSupport
import Testing

@Suite("A TLS 1.3 connection changes its keys a few times, not without end (attack 108)", .ownThread)
struct KeyUpdateTests {
    @Test("KeyUpdates end the connection though data stands behind each of them", arguments: [(5, true), (200, false)])
    func updates(count: Int, isServed: Bool) async throws {
        let certificate = try await TestCertificate()
        let context = try TLSContext(
            certificateChainFile: certificate.chainFile, privateKeyFile: certificate.keyFile,
            ticketKeys: [UInt8](repeating: 1, count: TLSContext.ticketKeyLength))
        let window = CiphertextWindow()
        let session = try TLSSession(context: context, window: window)
        let client = try #require(MemoryClient())
        var plaintext = [UInt8](repeating: 0, count: 4096)
        func serve() -> TLSSession.ReadResult {
            let result = client.takeOutput().withUnsafeBytes { ciphertext in
                window.offer(ciphertext)
                return plaintext.withUnsafeMutableBytes { session.read(into: $0) }
            }
            client.take(Array(window.output))
            window.consumeOutput(window.output.count)
            return result
        }
        while !client.shakeHands() { #expect(serve() == .wantsMore) }
        #expect(serve() == .wantsMore)
        var results: [TLSSession.ReadResult] = []
        for _ in 0..<count {
            #expect(client.updateKeysAndSend("x"))
            results.append(serve())
            guard results.last == .bytes(1) else { break }
        }
        #expect(
            (results == Array(repeating: .bytes(1), count: count)) == isServed,
            "\(results.count): \(results.last as Any)")
    }
}

/// OpenSSL's client over memory: what it sends is taken by hand, so that a KeyUpdate and data arrive in one piece.
private final class MemoryClient {
    private let context: OpaquePointer
    private let connection: OpaquePointer
    private let received: OpaquePointer
    private let sent: OpaquePointer

    init?() {
        guard let context = SSL_CTX_new(TLS_client_method()), let connection = SSL_new(context),
            let received = BIO_new(BIO_s_mem()), let sent = BIO_new(BIO_s_mem())
        else { return nil }
        (self.context, self.connection, self.received, self.sent) = (context, connection, received, sent)
        SSL_set_bio(connection, received, sent)
        SSL_set_connect_state(connection)
    }

    deinit {
        SSL_free(connection)
        SSL_CTX_free(context)
    }

    /// Goes on with the handshake; true once it is done.
    func shakeHands() -> Bool { SSL_do_handshake(connection) == 1 }

    /// A KeyUpdate that asks for none in return, and data under the new key.
    func updateKeysAndSend(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return SSL_key_update(connection, SSL_KEY_UPDATE_NOT_REQUESTED) == 1
            && SSL_write(connection, bytes, Int32(bytes.count)) == bytes.count
    }

    func take(_ bytes: [UInt8]) { _ = BIO_write(received, bytes, Int32(bytes.count)) }

    func takeOutput() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = BIO_read(sent, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(max(count, 0))))
    }
}
