import CLinux
import Glibc

/// Keeps a port for one Gatehouse on this host, from before its programs start until it ends.
///
/// The gateway's workers share their port, which Linux would let another gateway of the same user do as well: connections
/// would go to one or the other by chance. So each `gatehouse up` holds a name in the kernel for each of its ports, which
/// goes away with the process.
final class PortLock: Sendable {
    private let descriptor: CInt

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
}
