import Glibc

/// Finds out whether ports are free before the programs start, and picks free ones.
public enum PortReservation {
    /// One listener's port.
    public struct Request: Sendable {
        /// What will listen there, as the operator knows it: "the app (--https)".
        public let purpose: String
        /// The port wanted, 0...65535; 0 = any free one.
        public let port: Int

        /// A listener's port and what it is for.
        public init(purpose: String, port: Int) {
            self.purpose = purpose
            self.port = port
        }
    }

    /// The ports to use, one for each request in order, all different and free on 127.0.0.1 right now.
    ///
    /// - Throws: when a port is out of range, asked for twice, in use, or needs rights this user lacks.
    public static func choose(_ requests: [Request]) throws(OperationsError) -> [Int] {
        // All stay bound until all are chosen; otherwise the kernel could name the same free port twice.
        var held: [CInt] = []
        defer { for descriptor in held { close(descriptor) } }
        var ports = [Int](repeating: 0, count: requests.count)
        let inOrder = requests.indices.sorted { requests[$0].port != 0 && requests[$1].port == 0 }
        for index in inOrder {
            let request = requests[index]
            guard (0...65_535).contains(request.port) else {
                throw OperationsError(
                    "Port \(request.port) for \(request.purpose) does not exist; use 1 to 65535, or 0.")
            }
            if request.port != 0, let other = ports.firstIndex(of: request.port) {
                throw OperationsError(
                    "Port \(request.port) is asked for twice, for \(requests[other].purpose) and \(request.purpose). "
                        + "Choose different ports.")
            }
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw .system("make a socket", errno) }
            held.append(descriptor)
            ports[index] = try listen(on: descriptor, for: request)
        }
        return ports
    }

    private static func listen(on descriptor: CInt, for request: Request) throws(OperationsError) -> Int {
        // As servers do, so that a port whose last connections linger counts as free. SO_REUSEPORT stays off: with it
        // a port on which another gateway listens would look free.
        var one: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(request.port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, Glibc.listen(descriptor, 1) == 0 else { throw refusal(errno, request) }
        guard request.port == 0 else { return request.port }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard named == 0 else { throw .system("find a free port", errno) }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    private static func refusal(_ code: CInt, _ request: Request) -> OperationsError {
        switch code {
        case EADDRINUSE:
            OperationsError(
                "Port \(request.port) for \(request.purpose) is in use. Stop what listens there "
                    + "(ss -ltnp 'sport = :\(request.port)' names it), or choose another port.")
        case EACCES:
            OperationsError("Port \(request.port) for \(request.purpose) is only for root. Choose a port from 1024 up.")
        default:
            .system("listen on port \(request.port) for \(request.purpose)", code)
        }
    }
}
