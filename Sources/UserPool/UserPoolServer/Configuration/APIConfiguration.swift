import ConfigurationReading
public import Operations

/// Where administrators reach the JSON API, and what they sign with.
public struct APIConfiguration: Sendable, Equatable {
    /// The path of the admin socket.
    public var socketPath = ""
    /// A port on 127.0.0.1 beside it, 0–65,535 (0: any free one); nil: none.
    public var port: Int?
    /// The region that requests have to be signed for.
    public var region = "local"
    /// The path of the file with the administrators' keys.
    public var credentialsFile = ""

    /// An API that is nowhere yet.
    init() {}

    /// The API of a pool in the region `region`, at its usual places.
    public init(region: String, in state: StateDirectory) {
        socketPath = state.resolve("run/userpool-admin.sock")
        self.region = region
        credentialsFile = state.resolve(AWSCredentialsFile.defaultPath)
    }

    /// Reads the section `API`.
    ///
    /// - Parameter region: the one of the pool's id.
    init(_ node: ConfigurationNode, region: String, state: StateDirectory) {
        self.init(region: region, in: state)
        socketPath = state.resolve(node.string("Socket", default: "run/userpool-admin.sock"))
        // Left empty by a variable that is not set, it is no port.
        if node.has("Port") { port = node.int("Port", in: 0...65_535) } else { _ = node.optionalString("Port") }
        let named = node.string("Region", default: region)
        if named.wholeMatch(of: /[a-z0-9-]{1,32}/) == nil {
            node.report("Region", found: named, wanted: "1 to 32 small letters, digits and hyphens, such as eu-west-2")
        }
        self.region = named
        credentialsFile = state.resolve(node.string("CredentialsFile", default: AWSCredentialsFile.defaultPath))
    }
}
