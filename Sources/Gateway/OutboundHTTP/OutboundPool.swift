import EventLoop
import Glibc
import TLS

/// One loop's connections to servers: those that wait for a further request, how many there are, and who waits for one.
final class OutboundPool {
    /// What connections have in common that may carry each other's requests.
    struct Key: Hashable {
        let host: String
        let port: UInt16
        /// Whom the client trusts; nil without TLS.
        let tls: TLSClientContext?

        static func == (one: Key, other: Key) -> Bool {
            one.host == other.host && one.port == other.port && one.tls === other.tls
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(host)
            hasher.combine(port)
        }
    }

    unowned let loop: Loop
    let window = CiphertextWindow()
    /// Bytes as received.
    let received = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    /// The same, decrypted.
    let plaintext = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)

    private var idle: [Key: [OutboundConnection]] = [:]
    private var open: [Key: Int] = [:]
    private var waiting: [Key: [OutboundExchange]] = [:]

    /// Connections to one server that one loop has at most; further requests wait.
    static let connectionLimit = 32
    /// Requests that wait for one server at most.
    static let waitingLimit = 4096
    /// Milliseconds a connection is kept for a further request.
    static let idleTime: Int64 = 30_000
    private static let bufferSize = 16 * 1024

    private init(_ loop: Loop) { self.loop = loop }

    deinit {
        received.deallocate()
        plaintext.deallocate()
    }

    /// The pool of a loop; made when it is first asked for.
    static func of(_ loop: Loop) -> OutboundPool { loop.attachment { OutboundPool(loop) } }

    // MARK: For exchanges

    /// Begins an exchange, or has it wait until a connection is free.
    func begin(_ exchange: OutboundExchange) {
        let key = exchange.key
        guard idle[key, default: []].isEmpty, open[key, default: 0] >= Self.connectionLimit else {
            return exchange.begin()
        }
        // Who waits must be able to go out once a place is free.
        guard exchange.knowsAddresses else { return exchange.askForAddresses() }
        guard waiting[key, default: []].count < Self.waitingLimit else {
            return exchange.end(.failure(.failed("too many requests to it are under way")))
        }
        waiting[key, default: []].append(exchange)
    }

    /// A connection that was kept and is still good, the one that was used last; it is the caller's from now on.
    func takeIdle(_ key: Key) -> OutboundConnection? {
        while let connection = idle[key]?.popLast() {
            if connection.isFit() { return connection }
            connection.close()
        }
        return nil
    }

    /// Begins to connect to an address, for that exchange.
    func open(
        to address: SocketAddress, key: Key, exchange: OutboundExchange
    ) throws(SystemCallError) -> OutboundConnection {
        let descriptor = try Sockets.connect(to: address)
        let connection = OutboundConnection(descriptor: descriptor, key: key, exchange: exchange, pool: self)
        do {
            try loop.register(connection)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        open[key, default: 0] += 1
        return connection
    }

    // MARK: For connections

    /// A connection has nothing to do: the next exchange takes it, else it is kept a while.
    func connectionIdle(_ connection: OutboundConnection) {
        guard connection.isFit() else { return connection.close() }
        if let next = nextWaiting(connection.key) { return connection.carry(next) }
        idle[connection.key, default: []].append(connection)
        loop.setDeadline(loop.now + Self.idleTime, of: connection)
    }

    /// A connection is gone, and its place free.
    func connectionClosed(_ connection: OutboundConnection) {
        let key = connection.key
        idle[key]?.removeAll { $0 === connection }
        if idle[key]?.isEmpty == true { idle[key] = nil }
        open[key, default: 1] -= 1
        if open[key] == 0 { open[key] = nil }
        // One that cannot even begin frees its place at once.
        while open[key, default: 0] < Self.connectionLimit, let next = nextWaiting(key) { next.begin() }
    }

    /// The next exchange that waits for a connection to that server. Those whose time is up end.
    private func nextWaiting(_ key: Key) -> OutboundExchange? {
        while var queue = waiting[key], !queue.isEmpty {
            let exchange = queue.removeFirst()
            waiting[key] = queue.isEmpty ? nil : queue
            if loop.now < exchange.deadline { return exchange }
            exchange.end(.failure(.timedOut))
        }
        return nil
    }
}
