import Foundation
import Glibc

/// `run/ready.json`: says to scripts and tests that everything is up, and where.
struct ReadyFile: Codable, Equatable {
    /// The app's origin: `https://localhost:8443`.
    var appURL: String
    /// The user pool's origin.
    var poolURL: String
    /// The origin that redirects to `appURL`.
    var redirectURL: String
    var userPoolId: String
    var clientId: String
    /// The absolute path of the CA certificate to trust.
    var caFile: String
    /// The origin of the user pool's API for administrators; left out where there is none.
    var poolAPIURL: String?
    /// The absolute path of the file with the keys for it, as the AWS CLI reads it; left out where there is none.
    var awsCredentialsFile: String?
    /// The process id of the `gatehouse up` that wrote the file: if there is no such process, it was killed.
    var supervisor: Int32
    /// Process ids by program name.
    var pids: [String: Int32]

    /// Puts the file in place in one step.
    func write(to path: String) throws(OperationsError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("strings and numbers can be encoded") }
        try File.replace(path, with: Array(data) + [UInt8(ascii: "\n")], mode: 0o600)
    }

    /// Takes the file away; it is fine if there is none.
    static func remove(_ path: String) {
        unlink(path)
    }
}
