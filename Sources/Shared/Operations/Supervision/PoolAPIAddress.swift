import Foundation
import Glibc

/// `run/userpool-api.json`: where the user pool's API for administrators listens, as long as it does. The pool writes it, since
/// its port may be any free one; `gatehouse up` passes it on in `run/ready.json`.
public struct PoolAPIAddress: Codable, Equatable, Sendable {
    /// The origin: `http://127.0.0.1:9229`.
    public let poolAPIURL: String
    /// The absolute path of the administrators' keys.
    public let awsCredentialsFile: String

    /// An address and the keys that are good there.
    public init(poolAPIURL: String, awsCredentialsFile: String) {
        self.poolAPIURL = poolAPIURL
        self.awsCredentialsFile = awsCredentialsFile
    }

    /// Puts the file in place in one step.
    public func write(in state: StateDirectory) throws(OperationsError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("strings can be encoded") }
        try File.replace(Self.path(in: state), with: Array(data) + [UInt8(ascii: "\n")], mode: 0o600)
    }

    /// Takes the file away; it is fine if there is none.
    public static func remove(in state: StateDirectory) {
        unlink(path(in: state))
    }

    /// What the file says; nil where there is none.
    static func read(in state: StateDirectory) -> PoolAPIAddress? {
        guard let bytes = try? File.read(path(in: state)) else { return nil }
        return try? JSONDecoder().decode(PoolAPIAddress.self, from: Data(bytes))
    }

    private static func path(in state: StateDirectory) -> String { state.resolve("run/userpool-api.json") }
}
