import EventLoop

/// One request on its way to its answer: over which connections it is tried, until when, and who waits for it. Confined to its loop.
final class OutboundExchange {
    /// What came of it.
    enum Outcome: Sendable {
        case ended(Result<OutboundResponse, OutboundFault>)
        /// Nothing was sent: no connection was kept, and where to connect to is not known yet.
        case needsAddresses
    }

    /// The request's bytes.
    let request: [UInt8]
    /// Loop time at which it is given up.
    let deadline: Int64
    var collector: ResponseCollector

    let key: OutboundPool.Key
    private let isRepeatable: Bool
    /// What has not been tried yet; nil where nothing is known.
    private var addresses: ArraySlice<SocketAddress>?
    private unowned let pool: OutboundPool
    private var completion: ((Outcome) -> Void)?
    private var lastFault = OutboundFault.timedOut

    /// Milliseconds an address has to be connected to while there is another one.
    private static let attemptTime: Int64 = 1000

    /// - Parameters:
    ///   - addresses: of the server; nil where a connection that was kept has to do.
    ///   - limit: bytes the body of the answer may have.
    ///   - deadline: loop time.
    ///   - completion: called once, on the loop.
    init(
        _ request: OutboundRequest, key: OutboundPool.Key, addresses: [SocketAddress]?, limit: Int, deadline: Int64,
        pool: OutboundPool, completion: @escaping (Outcome) -> Void
    ) {
        self.request = request.bytes
        self.deadline = deadline
        self.key = key
        self.addresses = addresses?[...]
        self.pool = pool
        self.completion = completion
        isRepeatable = request.isRepeatable
        collector = ResponseCollector(limit: limit)
    }

    /// Goes out on a connection that is idle, else on a new one.
    func begin() {
        if let connection = pool.takeIdle(key) {
            connection.carry(self)
        } else {
            connect()
        }
    }

    /// Whether it can go out on a new connection.
    var knowsAddresses: Bool { addresses != nil }

    /// Ends it, until somebody knows where to connect to.
    func askForAddresses() { complete(.needsAddresses) }

    /// Tries the next address.
    private func connect() {
        guard knowsAddresses else { return askForAddresses() }
        while let address = addresses?.popFirst() {
            do {
                let connection = try pool.open(to: address, key: key, exchange: self)
                let attemptEnd = addresses?.isEmpty == true ? deadline : min(deadline, pool.loop.now + Self.attemptTime)
                pool.loop.setDeadline(attemptEnd, of: connection)
                return connection.begin()
            } catch {
                lastFault = .failed("\(error)")
            }
        }
        end(.failure(lastFault))
    }

    /// A connection could not be made, or broke.
    /// - Parameter isStale: whether it was kept from before, and the server may have closed it unaware of this request.
    func attemptFailed(_ fault: OutboundFault, isStale: Bool) {
        lastFault = fault
        if isStale, !isRepeatable { return end(.failure(fault)) }
        connect()
    }

    /// An address took too long, or everything did.
    func attemptTimedOut() {
        guard pool.loop.now < deadline else { return end(.failure(.timedOut)) }
        attemptFailed(.timedOut, isStale: false)
    }

    /// The answer is there, or there will be none.
    func end(_ result: Result<OutboundResponse, OutboundFault>) { complete(.ended(result)) }

    private func complete(_ outcome: Outcome) {
        let completion = completion
        self.completion = nil
        completion?(outcome)
    }
}
