public import AWSSignature
import Foundation
public import Operations

/// The administrators' keys, in a file as the AWS CLI and SDKs read it (`AWS_SHARED_CREDENTIALS_FILE`).
///
/// Each profile is one key: `[default]`, and further ones for several administrators or programs.
public struct AWSCredentialsFile: Sendable {
    /// The keys by profile.
    public let profiles: [String: SigningCredentials]

    /// Reads a credentials file.
    ///
    /// - Parameters:
    ///   - text: its content.
    ///   - path: its path, for messages.
    /// - Throws: an `OperationsError` that names the line, never what stands in it.
    public init(_ text: String, path: String) throws(OperationsError) {
        var sections: [String: [String: String]] = [:]
        var current: String?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                let name = line.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
                guard !name.isEmpty, sections[name] == nil else {
                    throw Self.problem(path, index + 1, "a profile has a name of its own")
                }
                current = name
                sections[name] = [:]
                continue
            }
            let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let profile = current, pair.count == 2 else {
                throw Self.problem(path, index + 1, "wanted is [profile] or name = value")
            }
            sections[profile]?[pair[0].trimmingCharacters(in: .whitespaces).lowercased()] =
                pair[1].trimmingCharacters(in: .whitespaces)
        }
        var profiles: [String: SigningCredentials] = [:]
        for (name, values) in sections {
            guard let id = values["aws_access_key_id"], !id.isEmpty, let secret = values["aws_secret_access_key"] else {
                throw OperationsError(
                    "\(path): the profile \(name) lacks aws_access_key_id or aws_secret_access_key. Add it, or delete the file "
                        + "to have a new one made.")
            }
            guard secret.utf8.count >= 16 else {
                throw OperationsError(
                    "\(path): the secret of \(name) is shorter than 16 characters. Put a longer one there.")
            }
            profiles[name] = SigningCredentials(accessKeyID: id, secretAccessKey: secret)
        }
        guard !profiles.isEmpty else {
            throw OperationsError("\(path) holds no profile. Delete it to have a new one made.")
        }
        self.profiles = profiles
    }

    /// The keys of a pool: those in its file, or new ones if it has its usual place and is missing.
    ///
    /// - Parameters:
    ///   - file: the configured path.
    ///   - region: what is written into a new file, so that the CLI signs for it.
    public static func ensure(
        _ file: String, region: String, in state: StateDirectory
    ) throws(OperationsError) -> AWSCredentialsFile {
        if file == state.resolve(defaultPath) {
            let text = try state.secretText("aws-credentials") { make(region: region) }
            return try AWSCredentialsFile(text, path: file)
        }
        return try read(file)
    }

    /// Reads the file, which must be there and private.
    public static func read(_ file: String) throws(OperationsError) -> AWSCredentialsFile {
        guard let text = try StateDirectory.readSecret(file) else {
            throw OperationsError(
                "There is no file \(file) with the administrators' keys. Start Gatehouse once, or put it there.")
        }
        return try AWSCredentialsFile(text, path: file)
    }

    /// Where the file lies unless configured otherwise, in the state folder.
    public static let defaultPath = "secrets/aws-credentials"

    private static func make(region: String) -> String {
        // Not of AWS's form, so that nobody takes it for a key of a cloud account.
        let id = "GATEHOUSE" + RandomText.make(11, from: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
        return """
            # Made at first start: signs requests to the user pool's API, as `aws cognito-idp` does. Keep it secret.
            # AWS_SHARED_CREDENTIALS_FILE=(this file) aws cognito-idp list-users --endpoint-url … --user-pool-id …
            [default]
            aws_access_key_id = \(id)
            aws_secret_access_key = \(RandomText.make(40, from: RandomText.lettersAndDigits))
            region = \(region)

            """
    }

    private static func problem(_ path: String, _ line: Int, _ wanted: String) -> OperationsError {
        OperationsError("\(path), line \(line) is not understood: \(wanted).")
    }
}
