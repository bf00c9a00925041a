import Foundation

/// One `gateway` process with a configuration of the test's, in front of recording backends.
public final class GatewayAlone: Sendable {
    /// Holds the configuration, the state folder and the sockets.
    public let folder: TemporaryFolder
    /// The process.
    public let program: RunningProgram
    /// The ports of the listeners, in the configuration's order.
    public let ports: [Int]

    /// Starts a gateway and waits until it accepts connections on every listener.
    ///
    /// - Parameters:
    ///   - folder: Where backends have their sockets already.
    ///   - listeners: How many ports `yaml` wants.
    ///   - environment: Added to the process's environment.
    ///   - arguments: Added to the process's arguments.
    ///   - standIns: Files that take the place of others for it; see ``StandIn``.
    ///   - ports: Instead of free ones.
    ///   - yaml: Makes the configuration from the ports.
    public init(
        folder: TemporaryFolder, listeners: Int = 1, environment: [String: String] = [:], arguments: [String] = [],
        standIns: [String: String] = [:], ports: [Int]? = nil, yaml: ([Int]) -> String
    ) async throws {
        self.folder = folder
        let ports = try ports ?? (0..<listeners).map { _ in try freePort() }
        self.ports = ports
        let file = try folder.write(yaml(ports), to: "gateway.yaml")
        let program = try RunningProgram(
            "gateway", ["--config", file, "--state", folder.file("state")] + arguments, environment: environment,
            standIns: standIns, logFile: folder.file("gateway.log"))
        self.program = program
        do {
            for port in ports {
                _ = try await eventually("the gateway's listener on port \(port)", within: .seconds(20)) {
                    guard program.isRunning else { throw Failure("the gateway ended early") }
                    return isListening(port) ? true : nil
                }
            }
        } catch {
            throw Failure("\(error)\n\(program.log)")
        }
    }

    /// The port of the first listener.
    public var port: Int { ports[0] }

    /// The local authority's certificate.
    public var caFile: String { folder.file("state/certs/ca.pem") }
}

/// Whether somebody accepts connections on a port of 127.0.0.1.
public func isListening(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in(loopbackPort: port)
    var isOpen = false
    address.withSocketAddress { isOpen = connect(descriptor, $0, $1) == 0 }
    return isOpen
}
