import EventLoop
import Foundation
import Synchronization
import TLS
import TLSTesting
import Wire

/// An HTTP server on a loop of its own thread that does to each request what a script says.
final class ScriptedServer: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        /// Which connection, from 0.
        let connection: Int
        /// Which request of that connection, from 0.
        let number: Int
        let text: String
    }

    /// What is done next.
    enum Step: Sendable {
        case send(String)
        /// Closes, with TLS's goodbye if TLS is spoken.
        case close
        /// Closes without it.
        case cut
    }

    typealias Script = @Sendable (Request) -> [Step]

    private struct State {
        var requests: [Request] = []
        var connections = 0
        var answered = 0
    }

    let port: UInt16
    private let stopping: Mailbox<Void>
    private let state = Mutex(State())

    /// - Parameters:
    ///   - address: where it listens.
    ///   - certificate: nil: no TLS.
    init(on address: String = "127.0.0.1", certificate: TestCertificate? = nil, _ script: @escaping Script) throws {
        let listener = try Sockets.listen(address: address, port: 0)
        port = try Sockets.port(of: listener)
        stopping = try Mailbox()
        Thread.detachNewThread { [self] in
            do {
                let context = try certificate.map {
                    try TLSContext(
                        certificateChainFile: $0.chainFile, privateKeyFile: $0.keyFile,
                        ticketKeys: [UInt8](repeating: 1, count: TLSContext.ticketKeyLength))
                }
                let loop = try Loop()
                let stop = try MailboxChannel(stopping) { loop.stop() }
                try loop.register(stop)
                try loop.register(ScriptedListener(listener, self, loop, context, script))
                loop.run()
                loop.forEachChannel { loop.close($0) }
            } catch {
                preconditionFailure("a test's server: \(error)")
            }
        }
    }

    var requests: [Request] { state.withLock { $0.requests } }
    /// Connections that were accepted.
    var connections: Int { state.withLock { $0.connections } }
    /// Requests for which all has been done that the script says.
    var answered: Int { state.withLock { $0.answered } }

    func stop() { stopping.post(()) }

    fileprivate func accepted() -> Int {
        state.withLock { state in
            defer { state.connections += 1 }
            return state.connections
        }
    }

    fileprivate func note(_ request: Request) { state.withLock { $0.requests.append(request) } }

    fileprivate func noteAnswered(_ count: Int) { state.withLock { $0.answered += count } }
}

private final class ScriptedListener: Channel {
    let server: ScriptedServer
    let loop: Loop
    let context: TLSContext?
    let script: ScriptedServer.Script
    let window = CiphertextWindow()

    init(
        _ descriptor: Int32, _ server: ScriptedServer, _ loop: Loop, _ context: TLSContext?,
        _ script: @escaping ScriptedServer.Script
    ) {
        self.server = server
        self.loop = loop
        self.context = context
        self.script = script
        super.init(descriptor: descriptor)
    }

    override func ready(_ readiness: Readiness) {
        while let (descriptor, _, _) = try? Sockets.accept(descriptor) {
            guard let connection = try? ScriptedConnection(descriptor, self) else { continue }
            try? loop.register(connection)
        }
    }
}

private final class ScriptedConnection: Channel {
    private let listener: ScriptedListener
    private let number: Int
    private var requests = 0
    private var answered = 0
    private var tls: TLSSession?
    private var received: [UInt8] = []
    private var unsent = ByteQueue()
    private var closes = false

    init(_ descriptor: Int32, _ listener: ScriptedListener) throws {
        self.listener = listener
        number = listener.server.accepted()
        tls = try listener.context.map { try TLSSession(context: $0, window: listener.window) }
        super.init(descriptor: descriptor)
    }

    override func ready(_ readiness: Readiness) {
        flush()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !closes {
            switch buffer.withUnsafeMutableBytes({ receive(into: $0) }) {
            case .bytes(let count): take(Array(buffer[..<count]))
            case .wouldBlock: return
            case .end, .failed: return listener.loop.close(self)
            }
        }
    }

    private func take(_ bytes: [UInt8]) {
        if tls == nil {
            received += bytes
        } else {
            bytes.withUnsafeBytes { listener.window.offer($0) }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            reading: while true {
                switch buffer.withUnsafeMutableBytes({ tls!.read(into: $0) }) {
                case .bytes(let count): received += buffer[..<count]
                case .wantsMore: break reading
                case .closed, .failed:
                    closes = true
                    break reading
                }
            }
        }
        while !closes, let request = nextRequest() { answer(request) }
        flush()
    }

    /// A head, and a body of the length it states.
    private func nextRequest() -> String? {
        let text = String(decoding: received, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        var length = 0
        if let field = text.range(of: "Content-Length: ") {
            length = Int(text[field.upperBound...].prefix { $0.isNumber }) ?? 0
        }
        let head = text[..<end.upperBound].utf8.count
        guard received.count >= head + length else { return nil }
        let request = String(decoding: received[..<(head + length)], as: UTF8.self)
        received.removeFirst(head + length)
        return request
    }

    private func answer(_ text: String) {
        let request = ScriptedServer.Request(connection: number, number: requests, text: text)
        requests += 1
        listener.server.note(request)
        for step in listener.script(request) {
            switch step {
            case .send(let text):
                Array(text.utf8).withUnsafeBytes { bytes in
                    if tls == nil { listener.window.appendOutput(bytes) } else { _ = tls!.write(bytes) }
                }
            case .close:
                if tls != nil { tls!.close() }
                closes = true
            case .cut: closes = true
            }
        }
    }

    private func flush() {
        unsent.append(listener.window.output)
        listener.window.consumeOutput(listener.window.output.count)
        while !unsent.isEmpty {
            guard case .bytes(let count) = send(unsent.readable) else { break }
            unsent.consume(count)
        }
        guard unsent.isEmpty else { return }
        if closes { listener.loop.close(self) }
        listener.server.noteAnswered(requests - answered)
        answered = requests
    }
}
