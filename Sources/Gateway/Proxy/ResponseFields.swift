public import Wire

/// Header fields of responses that a listener's configuration decides on: what it states replaces a backend's and the gateway's own.
public struct ResponseFields: Equatable, Sendable {
    /// One field.
    public struct Field: Equatable, Sendable {
        /// As it is sent.
        public let name: String
        /// Visible ASCII and spaces.
        public let value: String

        /// A field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What every response states.
    public let stated: [Field]
    /// The same as complete lines.
    public let lines: [UInt8]
    /// What `Server` says in responses the gateway makes itself; nil: no response says `Server`, a backend's neither.
    public let serverName: String?

    /// What the load balancer calls itself: whoever tells its answers from a target's by this name still can.
    public static let loadBalancerName = "awselb/2.0"

    /// Whether ``replaces(_:in:)`` is ever true.
    let replacesAny: Bool
    /// Names, in lower case, of which no other value goes out.
    private let replaced: [[UInt8]]

    /// - Parameter statesServer: `routing.http.response.server.enabled`
    public init(stated: [Field] = [], statesServer: Bool = true) {
        self.stated = stated
        lines = stated.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }
        serverName = statesServer ? Self.loadBalancerName : nil
        replaced = (stated.map(\.name) + (statesServer ? [] : ["server"])).map { Array($0.lowercased().utf8) }
        replacesAny = !replaced.isEmpty
    }

    /// Whether a field of this name is left out, since the configuration has decided on it.
    public func replaces(_ name: ByteRange, in bytes: Span<UInt8>) -> Bool {
        replaced.contains { other in
            guard other.count == Int(name.count) else { return false }
            for index in other.indices where ASCII.lowercased(bytes[name.lowerBound + index]) != other[index] {
                return false
            }
            return true
        }
    }

    /// The fields of a response that the gateway makes itself: what the configuration states stands in their place.
    public func completing(_ fields: [(name: String, value: String)]) -> [(name: String, value: String)] {
        let own = fields.filter { field in
            let name = Array(field.name.utf8)
            return !replaces(ByteRange(0, name.count), in: name.span)
        }
        return own + (serverName.map { [("Server", $0)] } ?? []) + stated.map { ($0.name, $0.value) }
    }
}
