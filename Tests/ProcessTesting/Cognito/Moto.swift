import Crypto
import Foundation

/// moto, another team's imitation of AWS, as far as its Cognito goes: the JSON API and a key set. It has no pages, no OAuth endpoints, no discovery
/// document, and signs with a key that everybody has.
public final class Moto: Sendable {
    /// Its server: on the `PATH`, or where `config/setup.sh --tests` puts it; nil without it.
    public static let server = program("moto_server")

    /// A program of the same Python environment, or of the `PATH`.
    public static func program(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return (path.split(separator: ":").map(String.init) + [folder]).map { $0 + "/" + name }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    /// Where `config/setup.sh --tests` puts it.
    static let folder = Programs.checkout + "/.build/test-tools/bin"

    /// Its Unix socket, for a target group.
    public let socket: String
    let region: String
    private let folder: TemporaryFolder
    private let process: RunningProgram

    /// Starts one and waits until it answers.
    init(folder: TemporaryFolder, region: String) async throws {
        guard let server = Self.server else { throw Failure("there is no moto_server") }
        self.folder = folder
        self.region = region
        let socket = folder.file("moto.sock")
        self.socket = socket
        process = try RunningProgram(
            executable: server, ["--host", "unix://" + socket], logFile: folder.file("moto.log"))
        _ = try await eventually("moto's socket", within: .seconds(60)) { [process] in
            guard process.isRunning else { throw Failure("moto ended early:\n\(process.log)") }
            return FileManager.default.fileExists(atPath: socket) ? true : nil
        }
    }

    func stop() async throws {
        // It waits for its connections, and keeps nothing that could be lost.
        process.signal(SIGKILL)
        _ = try await process.exitCode()
    }

    /// What the API answers to an operation of the user pools'.
    /// - Throws: ``APIError`` where it refuses.
    func call(_ operation: String, _ members: [String: Any]) throws -> [String: Any] {
        let name = folder.file("call-\(UInt64.random(in: .min ... .max))")
        defer { for file in [name, name + ".answer"] { try? FileManager.default.removeItem(atPath: file) } }
        try JSONSerialization.data(withJSONObject: members).write(to: URL(fileURLWithPath: name))
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // It looks at the credential's scope only, and verifies no signature.
        let scope = "AKIDEXAMPLE/20260101/\(region)/cognito-idp/aws4_request"
        curl.arguments = [
            "curl", "--silent", "--show-error", "--max-time", "30", "--unix-socket", socket,
            "--header", "Content-Type: application/x-amz-json-1.1",
            "--header", "X-Amz-Target: AWSCognitoIdentityProviderService.\(operation)",
            "--header", "Authorization: AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=0",
            "--data-binary", "@" + name, "--output", name + ".answer", "http://cognito-idp.\(region).amazonaws.com/",
        ]
        curl.standardInput = FileHandle.nullDevice
        try curl.run()
        curl.waitUntilExit()
        let answer = FileManager.default.contents(atPath: name + ".answer") ?? Data()
        let object = answer.isEmpty ? [:] : try JSONSerialization.jsonObject(with: answer)
        guard curl.terminationStatus == 0, let members = object as? [String: Any] else {
            throw Failure("moto does not answer \(operation)")
        }
        if let type = members["__type"] as? String { throw APIError(type: type) }
        return members
    }

    /// What the API refused with.
    struct APIError: Error {
        /// `NotAuthorizedException`
        let type: String
    }

    /// `SECRET_HASH` of a user or refresh token's owner at a client.
    static func secretHash(_ user: String, clientID: String, secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data((user + clientID).utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return Data(code).base64EncodedString()
    }
}
