import EventLoop
import Foundation
import Synchronization
import TLS
import TLSTesting
import Wire

/// A TLS server on a loop of its own thread: sends back what it gets, and closes after a given number of bytes.
final class EchoServer: Sendable {
    /// How it treats its bytes.
    struct Behaviour: Sendable {
        /// Plaintext bytes after which it says goodbye and closes.
        var closesAfter = Int.max
        /// Ciphertext is handed to the session in pieces of this size.
        var cipherPiece = Int.max
        /// Plaintext is read and written in pieces of this size.
        var plainPiece = 16_384
    }

    /// What it saw.
    struct Log: Sendable {
        /// Protocol and cipher of every handshake that was done.
        var handshakes: [String] = []
        /// How the connections ended: "said goodbye", "client closed", "cut off", or the failure's reasons.
        var endings: [String] = []
        /// The first ciphertext of the newest connection.
        var hello: [UInt8] = []
        /// Why the server could not start.
        var startError: String?
    }

    let port: UInt16
    private let stopping: Mailbox<Void>
    private let shared = Mutex(Log())

    init(_ certificate: TestCertificate, ticketKeys: [UInt8], behaviour: Behaviour = Behaviour()) throws {
        let listener = try Sockets.listen(address: "127.0.0.1", port: 0)
        port = try Sockets.port(of: listener)
        stopping = try Mailbox()
        Thread.detachNewThread { [self] in
            do {
                let context = try TLSContext(
                    certificateChainFile: certificate.chainFile, privateKeyFile: certificate.keyFile,
                    ticketKeys: ticketKeys)
                let loop = try Loop()
                let stop = try MailboxChannel(stopping) { loop.stop() }
                try loop.register(stop)
                let channel = EchoListener(
                    listener, server: self, loop: loop, context: context, behaviour: behaviour)
                try loop.register(channel)
                loop.run()
                channel.closeAll()
                loop.close(stop)
            } catch {
                note { $0.startError = "\(error)" }
            }
        }
    }

    var log: Log { shared.withLock { $0 } }

    func note(_ change: (inout Log) -> Void) { shared.withLock { change(&$0) } }

    /// Ends the server once `isEnough` holds, or after ten seconds; the answer is what it saw.
    func stop(when isEnough: @escaping @Sendable (Log) -> Bool = { !$0.endings.isEmpty }) async throws -> Log {
        for _ in 0..<1000 where !isEnough(log) { try await Task.sleep(for: .milliseconds(10)) }
        stopping.post(())
        return log
    }
}

/// Accepts, and owns what it accepted.
private final class EchoListener: Channel {
    let server: EchoServer
    let loop: Loop
    let context: TLSContext
    let behaviour: EchoServer.Behaviour
    let window = CiphertextWindow()
    private var connections: [EchoConnection] = []

    init(
        _ descriptor: Int32, server: EchoServer, loop: Loop, context: TLSContext, behaviour: EchoServer.Behaviour
    ) {
        self.server = server
        self.loop = loop
        self.context = context
        self.behaviour = behaviour
        super.init(descriptor: descriptor)
    }

    override func ready(_ readiness: Readiness) {
        while let accepted = try? Sockets.accept(descriptor) {
            guard let connection = try? EchoConnection(accepted.descriptor, listener: self) else { continue }
            connections.append(connection)
            try? loop.register(connection)
        }
    }

    func closeAll() {
        for connection in connections { loop.close(connection) }
        loop.close(self)
    }
}

/// One client.
private final class EchoConnection: Channel {
    private unowned let listener: EchoListener
    private let session: TLSSession
    private var unsent = ByteQueue()
    private var echoed = 0
    private var isAnnounced = false
    private var isEnding = false

    init(_ descriptor: Int32, listener: EchoListener) throws {
        self.listener = listener
        session = try TLSSession(context: listener.context, window: listener.window)
        super.init(descriptor: descriptor)
    }

    override func ready(_ readiness: Readiness) {
        if readiness.contains(.readable) { readAll() }
        flush()
    }

    private func readAll() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isEnding {
            switch buffer.withUnsafeMutableBytes({ receive(into: $0) }) {
            case .bytes(let count): take(buffer[..<count])
            case .wouldBlock: return
            case .end, .failed: end("cut off")
            }
        }
    }

    private func take(_ ciphertext: ArraySlice<UInt8>) {
        listener.server.note { if $0.hello.isEmpty { $0.hello = Array(ciphertext) } }
        var rest = ciphertext
        while !rest.isEmpty, !isEnding {
            let piece = rest.prefix(listener.behaviour.cipherPiece)
            rest = rest.dropFirst(piece.count)
            piece.withUnsafeBytes {
                listener.window.offer($0)
                echo()
                if !isEnding, !listener.window.inputIsEmpty { end("ciphertext was left over") }
            }
        }
    }

    /// Reads until the session wants more, and writes it all back.
    private func echo() {
        var plaintext = [UInt8](repeating: 0, count: listener.behaviour.plainPiece)
        while !isEnding {
            let result = plaintext.withUnsafeMutableBytes { session.read(into: $0) }
            if session.isEstablished(), !isAnnounced {
                isAnnounced = true
                let negotiated = session.negotiated()
                listener.server.note { $0.handshakes.append("\(negotiated.version) \(negotiated.cipher)") }
            }
            switch result {
            case .bytes(let count):
                if !plaintext[..<count].withUnsafeBytes({ session.write($0) }) { end("write failed") }
                echoed += count
                if echoed >= listener.behaviour.closesAfter {
                    session.close()
                    end("said goodbye")
                }
            case .wantsMore:
                collect()
                return
            case .closed:
                session.close()
                end("client closed")
            case .failed(let error): end("failed: \(error.reasons.joined(separator: "; "))")
            }
        }
    }

    private func end(_ how: String) {
        isEnding = true
        collect()
        listener.server.note { $0.endings.append(how) }
    }

    /// The window is every connection's: what is in it is taken before another one's turn.
    private func collect() {
        let output = listener.window.output
        unsent.append(output)
        listener.window.consumeOutput(output.count)
    }

    private func flush() {
        while !unsent.isEmpty {
            guard case .bytes(let count) = send(unsent.readable) else { break }
            unsent.consume(count)
        }
        if isEnding, unsent.isEmpty { listener.loop.close(self) }
    }
}
