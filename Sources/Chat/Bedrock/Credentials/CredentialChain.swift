import AWSSignature
public import AsyncHTTPClient
import Foundation
import NIOCore
import Subprocess

/// Finds credentials where AWS's programs look for them, in their order: environment, profile (by a role, a web identity, the files, a
/// program), container, instance.
public struct CredentialChain: Sendable {
    let environment: AWSEnvironment
    /// Asks link-local and loopback addresses, past any proxy.
    let local: CredentialHTTP
    /// Asks the token service.
    let remote: CredentialHTTP
    let now: @Sendable () -> Int
    /// How long this host and its links may take to answer.
    var patience = (instance: TimeAmount.seconds(1), container: TimeAmount.seconds(2))

    /// A chain.
    ///
    /// - Parameters:
    ///   - local: a client that uses no proxy.
    ///   - remote: a client that uses the installation's proxy.
    ///   - now: seconds since 1970.
    public init(
        environment: AWSEnvironment, local: HTTPClient, remote: HTTPClient, now: @escaping @Sendable () -> Int
    ) {
        self.environment = environment
        self.local = CredentialHTTP(client: local)
        self.remote = CredentialHTTP(client: remote)
        self.now = now
    }

    /// Whether any source but the instance is configured, as far as that can be told without asking one.
    public static func isConfigured(in environment: AWSEnvironment) -> Bool {
        let variables = [
            "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ]
        if environment.bearerToken != nil || environment.namedProfile != nil { return true }
        if variables.contains(where: { environment.value($0) != nil }) { return true }
        let profiles = environment.profiles
        return ["aws_access_key_id", "role_arn", "credential_process", "sso_session", "sso_start_url", "login_session"]
            .contains { profiles.value($0, of: "default") != nil }
    }

    /// Credentials from the first source that has any. A source that is configured and fails is an error, never passed over.
    public func credentials() async throws(CredentialError) -> SessionCredentials {
        if let found = try fromEnvironment() { return found }
        let profile = environment.namedProfile ?? "default"
        let profiles = environment.profiles
        if environment.namedProfile != nil, !profiles.contains(profile) { throw .unknownProfile(profile) }
        if profiles.value("role_arn", of: profile) != nil, let found = try await fromProfile(profile, profiles, []) {
            return found
        }
        if let file = environment.value("AWS_WEB_IDENTITY_TOKEN_FILE") {
            guard let role = environment.value("AWS_ROLE_ARN") else { throw .missingVariable("AWS_ROLE_ARN") }
            let session = environment.value("AWS_ROLE_SESSION_NAME")
            return try await assumeRole(role, session: session, tokenFile: file, profiles)
        }
        if let found = try await fromProfile(profile, profiles, []) { return found }
        if let found = try await fromContainer() { return found }
        guard let found = try await fromInstance() else { throw .notConfigured }
        return found
    }

    private func fromEnvironment() throws(CredentialError) -> SessionCredentials? {
        let id = environment.value("AWS_ACCESS_KEY_ID")
        let secret = environment.value("AWS_SECRET_ACCESS_KEY")
        guard let id else {
            guard secret == nil else { throw .missingVariable("AWS_ACCESS_KEY_ID") }
            return nil
        }
        guard let secret else { throw .missingVariable("AWS_SECRET_ACCESS_KEY") }
        let token = environment.first("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
        // Nothing renews them, so an expiry would only make requests wait for the same ones; the provider says when they are over.
        return SessionCredentials(SigningCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token))
    }

    // MARK: Profiles

    private func fromProfile(
        _ name: String, _ profiles: ProfileFiles, _ visited: Set<String>
    ) async throws(CredentialError) -> SessionCredentials? {
        if let role = profiles.value("role_arn", of: name), !visited.contains(name) {
            return try await fromRole(role, name, profiles, visited)
        }
        for key in ["sso_session", "sso_start_url", "login_session"] where profiles.value(key, of: name) != nil {
            throw .interactiveProfile(name)
        }
        if profiles.credentialsValue("aws_access_key_id", of: name) == nil,
            let command = profiles.value("credential_process", of: name)
        {
            return try await fromProcess(command, profile: name)
        }
        guard let id = profiles.value("aws_access_key_id", of: name) else { return nil }
        guard let secret = profiles.value("aws_secret_access_key", of: name) else {
            throw .incompleteProfile(name, missing: "aws_secret_access_key")
        }
        return SessionCredentials(
            SigningCredentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: profiles.value("aws_session_token", of: name)))
    }

    private func fromRole(
        _ role: String, _ name: String, _ profiles: ProfileFiles, _ visited: Set<String>
    ) async throws(CredentialError) -> SessionCredentials {
        guard profiles.value("mfa_serial", of: name) == nil else { throw .interactiveProfile(name) }
        let session = profiles.value("role_session_name", of: name)
        if let file = profiles.value("web_identity_token_file", of: name) {
            return try await assumeRole(role, session: session, tokenFile: file, profiles)
        }
        let source: SessionCredentials?
        if let other = profiles.value("source_profile", of: name) {
            // A profile may name itself: then its own keys are meant.
            guard !visited.contains(other) else { throw .profileLoop(name) }
            guard profiles.contains(other) else { throw .unknownProfile(other) }
            source = try await fromProfile(other, profiles, visited.union([name]))
        } else {
            switch profiles.value("credential_source", of: name) {
            case "Environment": source = try fromEnvironment()
            case "EcsContainer": source = try await fromContainer()
            case "Ec2InstanceMetadata": source = try await fromInstance()
            default: throw .incompleteProfile(name, missing: "source_profile or credential_source")
            }
        }
        guard let source else { throw .incompleteProfile(name, missing: "credentials to assume its role with") }
        return try await assumeRole(
            role, session: session, externalID: profiles.value("external_id", of: name), with: source.signing, profiles)
    }

    private func fromProcess(_ command: String, profile: String) async throws(CredentialError) -> SessionCredentials {
        guard let words = ShellWords.split(command), let program = words.first else {
            throw .processFailed(profile: profile)
        }
        let printed: String?
        do {
            // One that never ends would hold up every answer for ever, and stopping them, too.
            printed = try await MovingDeadline(.connect, in: .seconds(60)).guarding {
                let result = try await Subprocess.run(
                    program.contains("/") ? .path(.init(program)) : .name(program),
                    arguments: Arguments(Array(words.dropFirst())), output: .string(limit: 65_536), error: .discarded)
                guard case .exited(0) = result.terminationStatus else {
                    throw CredentialError.processFailed(profile: profile)
                }
                return result.standardOutput
            }
        } catch {
            throw .processFailed(profile: profile)
        }
        let found = try SessionCredentials(json: Array((printed ?? "").utf8), from: .process)
        return try good(found, from: .process)
    }

    /// Refuses credentials that have expired.
    func good(
        _ credentials: SessionCredentials, from source: CredentialError.Source
    ) throws(CredentialError) -> SessionCredentials {
        guard let expiry = credentials.expiry, expiry <= now() else { return credentials }
        throw .expired(source)
    }
}
