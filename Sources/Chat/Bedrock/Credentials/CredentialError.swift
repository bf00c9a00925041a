/// Why there are no credentials. Names variables, files and profiles, never a secret; it may be logged.
public enum CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No source has any.
    case notConfigured
    /// One variable is set and the one named is not.
    case missingVariable(String)
    /// A file that is named cannot be read.
    case unreadableFile(String)
    /// A profile that is named is in neither file.
    case unknownProfile(String)
    /// A profile lacks a key.
    case incompleteProfile(String, missing: String)
    /// Profiles lead to each other in a circle.
    case profileLoop(String)
    /// A profile signs in by a browser or asks for a code, which a server cannot.
    case interactiveProfile(String)
    /// The program of a profile's `credential_process` failed.
    case processFailed(profile: String)
    /// A container's address is neither HTTPS nor one of this host's.
    case forbiddenAddress
    /// The source named refused, with this status.
    case refused(Source, status: Int)
    /// The source named cannot be reached.
    case unreachable(Source)
    /// What the source named answered cannot be used.
    case malformedAnswer(Source)
    /// The source named gave credentials that have expired.
    case expired(Source)

    /// Where credentials come from.
    public enum Source: String, Hashable, Sendable {
        case environment = "the environment", profile = "the profile", process = "credential_process"
        case container = "the container's credential endpoint", instance = "the instance metadata service"
        case tokenService = "AWS STS"
    }

    /// A sentence that says what to do.
    public var description: String {
        switch self {
        case .notConfigured:
            "no AWS credentials are configured: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        case .missingVariable(let name): "\(name) is not set, and it goes with another that is: set both or neither"
        case .unreadableFile(let path): "\(path) cannot be read: check its path and its rights"
        case .unknownProfile(let name): "there is no profile \(name) in the AWS files: check AWS_PROFILE"
        case .incompleteProfile(let name, let key): "the profile \(name) lacks \(key)"
        case .profileLoop(let name): "the profile \(name) leads back to itself by source_profile"
        case .interactiveProfile(let name):
            "the profile \(name) signs in interactively, which a server cannot: run `aws configure export-credentials "
                + "--profile \(name) --format env` and start with what it prints"
        case .processFailed(let profile): "the credential_process of the profile \(profile) failed: run it by hand"
        case .forbiddenAddress:
            "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this host, so no token is sent there"
        case .refused(let source, let status): "\(source.rawValue) refused with status \(status)"
        case .unreachable(let source): "\(source.rawValue) cannot be reached"
        case .malformedAnswer(let source): "\(source.rawValue) gave something that is no credentials"
        case .expired(let source): "\(source.rawValue) gave credentials that have expired"
        }
    }
}
