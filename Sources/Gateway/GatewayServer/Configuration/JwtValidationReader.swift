import ConfigurationReading
public import OpenIDConnect

extension GatewayConfiguration {
    /// `JwtValidationConfig`: whose bearer tokens a rule takes.
    public struct BearerValidation: Sendable, Equatable {
        /// Where the issuer's keys are. `JwksEndpoint`
        public let keysAddress: String
        /// `Issuer`, `Audience`, `AdditionalClaims`
        public let rules: BearerRules
        /// PEM, trusted beside the system's authorities; absolute, perhaps not there yet. `TrustedRootsFile`
        public let trustedRootsFile: String
    }
}

/// Reads `JwtValidationConfig`.
enum JwtValidationReader {
    /// The longest address and issuer, in characters: the load balancer's.
    static let lengthLimit = 256

    static func read(_ action: ConfigurationNode, files: FileReferences) -> GatewayConfiguration.BearerValidation? {
        guard let node = action.child("JwtValidationConfig") else {
            action.report("JwtValidationConfig", found: "nothing", wanted: "JwksEndpoint and Issuer")
            return nil
        }
        let address = node.string("JwksEndpoint")
        if !address.isEmpty, !ProviderURL.isAcceptable(address) || address.count > lengthLimit {
            node.report(
                "JwksEndpoint", found: address,
                wanted: "an https URL of at most \(lengthLimit) characters (http only to 127.0.0.1, ::1 or localhost)")
        }
        let issuer = node.string("Issuer")
        if issuer.count > lengthLimit {
            node.report("Issuer", found: "\(issuer.count) characters", wanted: "at most \(lengthLimit)")
        }
        let audiences = node.strings("Audience", default: [])
        if node.has("Audience"), audiences.isEmpty {
            node.report("Audience", found: "an empty list", wanted: "audiences, or nothing at all")
        }
        return .init(
            keysAddress: address,
            rules: BearerRules(
                issuer: issuer, audiences: audiences,
                claims: ClaimReader.read(node, reserved: BearerRules.reservedNames)),
            trustedRootsFile: files.existing(node, "TrustedRootsFile") ?? files.localAuthority)
    }
}
