import CLinux
import Glibc

/// Keeps a port for one Gatehouse on this host, from before its programs start until it ends.
///
/// The gateway's workers share their port, which Linux would let another gateway of the same user do as well: connections
/// would go to one or the other by chance. So each `gatehouse up` holds a name in the kernel for each of its ports, which
/// goes away with the process.
final class PortLock: Sendable {
    private let descriptor: CInt

    /// Ports for `requests`, as `PortReservation` chooses them, each held.
    ///
    /// A free port that another Gatehouse has chosen at the same moment is chosen anew.
    static func choose(
        _ requests: [PortReservation.Request]
    ) throws(OperationsError) -> (ports: [Int], locks: [PortLock]) {
        var attempts = 0
        while true {
            attempts += 1
            let ports = try PortReservation.choose(requests)
            var locks: [PortLock] = []
            do {
                for port in ports { locks.append(try PortLock(port)) }
                return (ports, locks)
            } catch {
                guard attempts < mostAttempts, requests[locks.count].port == 0 else { throw error }
            }
        }
    }

    /// - Throws: when another Gatehouse holds the port.
    init(_ port: Int) throws(OperationsError) {
        descriptor = clinux_hold_name("gatehouse-port-\(port)")
        guard descriptor != -EADDRINUSE else {
            throw OperationsError(
                "Another Gatehouse on this host is starting or running on port \(port). Stop it, or choose another port."
            )
        }
        guard descriptor >= 0 else { throw .system("keep port \(port) for this Gatehouse", -descriptor) }
    }

    deinit { close(descriptor) }

    private static let mostAttempts = 50
}
