import Foundation
import TLS
import TLSTesting
import TestSupport
import Testing

@Suite("Sessions without a network: hostile bytes, endings, memory", .ownThread)
struct SessionTests {
    private let certificate: TestCertificate
    private let context: TLSContext
    private let window = CiphertextWindow()

    init() async throws {
        certificate = try await TestCertificate()
        context = try TLSContext(
            certificateChainFile: certificate.chainFile, privateKeyFile: certificate.keyFile,
            ticketKeys: [UInt8](repeating: 1, count: TLSContext.ticketKeyLength))
    }

    /// Offers `bytes` and reads once.
    private func read(_ session: borrowing TLSSession, _ bytes: [UInt8]) -> TLSSession.ReadResult {
        var plaintext = [UInt8](repeating: 0, count: 4096)
        return bytes.withUnsafeBytes { ciphertext in
            window.offer(ciphertext)
            return plaintext.withUnsafeMutableBytes { session.read(into: $0) }
        }
    }

    /// Takes what the window holds.
    private func takeOutput() -> [UInt8] {
        let output = Array(window.output)
        window.consumeOutput(output.count)
        return output
    }

    /// A real client's first flight.
    private func clientHello() async throws -> [UInt8] {
        let server = try EchoServer(certificate, ticketKeys: [UInt8](0..<80), behaviour: .init(closesAfter: 5))
        _ = try await connect(to: server, certificate, [])
        let hello = try await server.stop().hello
        try #require(hello.first == 22)
        return hello
    }

    @Test("nothing offered: more is wanted, nothing is sent")
    func nothing() throws {
        let session = try TLSSession(context: context, window: window)
        #expect(read(session, []) == .wantsMore)
        #expect(read(session, []) == .wantsMore)
        let isEstablished = session.isEstablished()
        #expect(!isEstablished && window.output.isEmpty && window.inputIsEmpty)
    }

    @Test(
        "garbage is a failure with a reason, and stays one",
        arguments: [
            (Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), "http request"),
            ([UInt8](repeating: 0, count: 12), "wrong version number"),
            ([UInt8](repeating: 0xFF, count: 100), "wrong version number"),
            ([22, 3, 1, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 200), "packet length too long"),
            ([21, 3, 3, 0, 2, 2, 40], "unexpected message"), ([23, 3, 3, 0, 5, 1, 2, 3, 4, 5], "unexpected message"),
        ])
    func garbage(bytes: [UInt8], reason: String) throws {
        let session = try TLSSession(context: context, window: window)
        guard case .failed(let error) = read(session, bytes) else {
            Issue.record("garbage was taken")
            return
        }
        #expect(error.description == "TLS read: \(reason)")
        _ = takeOutput()
        guard case .failed = read(session, []) else {
            Issue.record("a broken session went on")
            return
        }
        let isEstablished = session.isEstablished()
        let wrote = [1, 2, 3].withUnsafeBytes { session.write($0) }
        #expect(!isEstablished && !wrote)
        session.close()
    }

    @Test("a hello is answered; cut anywhere, the rest is waited for; changed anywhere, nothing traps")
    func hello() async throws {
        let hello = try await clientHello()
        let session = try TLSSession(context: context, window: window)
        #expect(read(session, hello) == .wantsMore)
        #expect(takeOutput().first == 22)
        for cut in stride(from: 0, to: hello.count, by: 7) {
            let session = try TLSSession(context: context, window: window)
            #expect(read(session, Array(hello[..<cut])) == .wantsMore)
            #expect(takeOutput().isEmpty)
            #expect(read(session, Array(hello[cut...])) == .wantsMore)
            #expect(takeOutput().first == 22)
        }
        for position in stride(from: 0, to: hello.count, by: 3) {
            var changed = hello
            changed[position] ^= 0x55
            let session = try TLSSession(context: context, window: window)
            _ = read(session, changed)
            _ = takeOutput()
            let isEstablished = session.isEstablished()
            #expect(!isEstablished)
        }
    }

    @Test("one window serves many sessions in turn")
    func sharedWindow() async throws {
        let hello = try await clientHello()
        let first = try TLSSession(context: context, window: window)
        let second = try TLSSession(context: context, window: window)
        let middle = hello.count / 2
        #expect(read(first, Array(hello[..<middle])) == .wantsMore)
        #expect(read(second, hello) == .wantsMore)
        let answer = takeOutput()
        #expect(read(first, Array(hello[middle...])) == .wantsMore)
        let other = takeOutput()
        // Both are answered; each with a random of its own.
        #expect(answer.first == 22 && other.first == 22 && answer != other)
    }

    @Test("4,000 sessions in the midst of a handshake leave no memory behind")
    func memory() async throws {
        let hello = try await clientHello()
        func make(_ count: Int) throws {
            for _ in 0..<count {
                let session = try TLSSession(context: context, window: window)
                #expect(read(session, hello) == .wantsMore)
                window.consumeOutput(window.output.count)
            }
        }
        try make(200)
        let before = try residentBytes()
        try make(4000)
        let growth = try residentBytes() - before
        // A session in this state holds some 40 KiB, so a leak would be 160 MiB; other tests run beside this one.
        #expect(growth < 80 << 20)
    }

    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    @Test("contexts that cannot work say which file is at fault")
    func contexts() async throws {
        func error(_ chain: String, _ key: String) -> String? {
            do throws(TLSError) {
                _ = try TLSContext(
                    certificateChainFile: chain, privateKeyFile: key, ticketKeys: [UInt8](repeating: 0, count: 80))
                return nil
            } catch {
                return error.description
            }
        }
        let other = try await TestCertificate()
        let missing = certificate.file("missing.pem")
        let empty = certificate.file("empty.pem")
        try Data().write(to: URL(filePath: empty))
        #expect(error(certificate.chainFile, certificate.keyFile) == nil)
        #expect(error(missing, certificate.keyFile)?.contains("the certificate \(missing) cannot be used: ") == true)
        #expect(error(empty, certificate.keyFile)?.contains("the certificate \(empty) cannot be used: ") == true)
        #expect(error(certificate.chainFile, missing)?.contains("the key \(missing) cannot be used") == true)
        #expect(error(certificate.chainFile, other.keyFile)?.contains("mismatch") == true)
        #expect(error(certificate.keyFile, certificate.keyFile)?.contains("cannot be used") == true)
        #expect(TLSContext.libraryVersion.hasPrefix("OpenSSL "))
    }
}
