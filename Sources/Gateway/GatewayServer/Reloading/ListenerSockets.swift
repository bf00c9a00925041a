import EventLoop
import Glibc
import Operations

/// The sockets that the gateway listens on, one for each listener and worker. They stay over reloads, so that no connection that waits in one
/// is lost.
struct ListenerSockets {
    /// What makes a socket usable for a listener of another configuration.
    private struct Key: Hashable {
        let address: String
        let port: Int
        /// Where the system chooses the port, each listener has its own.
        let name: String?

        init(_ listener: GatewayConfiguration.Listener) {
            address = listener.address
            port = listener.port
            name = listener.port == 0 ? listener.name : nil
        }
    }

    private var opened: [Key: [Int32]] = [:]

    /// The sockets for these listeners: those that are open already, and new ones.
    ///
    /// - Throws: a sentence for the operator; nothing has been opened then.
    func covering(
        _ listeners: [GatewayConfiguration.Listener], workers: Int
    ) throws -> ListenerSockets {
        var sockets = ListenerSockets()
        do {
            for listener in listeners {
                let key = Key(listener)
                sockets.opened[key] = try opened[key] ?? Self.open(listener, workers: workers)
            }
        } catch {
            sockets.close(except: self)
            throw error
        }
        return sockets
    }

    /// For each listener, one socket for each worker.
    func descriptors(of listeners: [GatewayConfiguration.Listener]) -> [[Int32]] {
        listeners.map { opened[Key($0)] ?? [] }
    }

    /// The port of each listener.
    func ports(of listeners: [GatewayConfiguration.Listener]) throws(SystemCallError) -> [UInt16] {
        var ports: [UInt16] = []
        for sockets in descriptors(of: listeners) { ports.append(try Sockets.port(of: sockets[0])) }
        return ports
    }

    /// Closes those that `others` do not have.
    func close(except others: ListenerSockets = ListenerSockets()) {
        for (key, sockets) in opened where others.opened[key] == nil { sockets.forEach { Glibc.close($0) } }
    }

    private static func open(_ listener: GatewayConfiguration.Listener, workers: Int) throws -> [Int32] {
        var sockets = [try listen(listener, port: UInt16(listener.port))]
        do {
            let port = try Sockets.port(of: sockets[0])
            while sockets.count < workers { sockets.append(try listen(listener, port: port)) }
        } catch {
            sockets.forEach { Glibc.close($0) }
            throw error
        }
        return sockets
    }

    private static func listen(_ listener: GatewayConfiguration.Listener, port: UInt16) throws -> Int32 {
        do {
            return try Sockets.listen(address: listener.address, port: port)
        } catch {
            let place = "\(listener.address):\(port)"
            switch error.code {
            case EADDRINUSE:
                throw OperationsError(
                    "\(place) is in use (listener \(listener.name)). Stop the program that uses it or choose another port."
                )
            case EACCES:
                throw OperationsError(
                    "\(place) needs a right this user lacks (listener \(listener.name)). Choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE."
                )
            default:
                throw OperationsError("listener \(listener.name) cannot listen on \(place): \(error)")
            }
        }
    }
}
