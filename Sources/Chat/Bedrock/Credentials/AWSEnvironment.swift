import Foundation

/// What AWS's programs read from the environment, and the files it names.
public struct AWSEnvironment: Sendable {
    private let variables: [String: String]

    /// Takes an environment.
    public init(_ variables: [String: String]) {
        self.variables = variables
    }

    /// A variable; nil if it is not set or empty.
    func value(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }

    /// The first of several variables that is set.
    func first(_ names: String...) -> String? {
        names.lazy.compactMap { self.value($0) }.first
    }

    /// Whether a variable says yes.
    func isTrue(_ name: String) -> Bool { value(name)?.lowercased() == "true" }

    /// The bearer key for Bedrock, without space around it; it outranks every other credential.
    public var bearerToken: String? {
        let token = value("AWS_BEARER_TOKEN_BEDROCK")?.trimmingCharacters(in: .whitespacesAndNewlines)
        return token?.isEmpty == false ? token : nil
    }

    /// The profile: `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`; nil when none is named, which means `default`.
    var namedProfile: String? { first("AWS_PROFILE", "AWS_DEFAULT_PROFILE") }

    /// The region: `AWS_REGION`, `AWS_DEFAULT_REGION`, else that of the profile.
    public var region: String? {
        first("AWS_REGION", "AWS_DEFAULT_REGION") ?? profiles.value("region", of: namedProfile ?? "default")
    }

    /// The address to use instead of a service's own.
    ///
    /// - Parameter service: its id as in the variable's name: `BEDROCK_RUNTIME`.
    public func endpoint(_ service: String) -> String? {
        guard !isTrue("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") else { return nil }
        return first("AWS_ENDPOINT_URL_\(service)", "AWS_ENDPOINT_URL")
    }

    /// A file of certificates to trust besides the system's: `AWS_CA_BUNDLE`.
    public var certificatesFile: String? { value("AWS_CA_BUNDLE") }

    /// The profiles of both files; a file that is not there is empty.
    var profiles: ProfileFiles {
        func text(_ variable: String, _ name: String) -> String {
            let path = value(variable) ?? "~/.aws/\(name)"
            return (try? String(contentsOfFile: expanded(path), encoding: .utf8)) ?? ""
        }
        return ProfileFiles(
            config: text("AWS_CONFIG_FILE", "config"), credentials: text("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    }

    /// The text of a file, without space around it.
    func contents(of path: String) throws(CredentialError) -> String {
        guard let text = try? String(contentsOfFile: expanded(path), encoding: .utf8) else {
            throw .unreadableFile(path)
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func expanded(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = value("HOME") else { return path }
        return home + path.dropFirst()
    }
}
