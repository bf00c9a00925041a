import Crypto

/// Names one way to sign in: a provider, a client there, and the rule's settings. The same after a restart, another after a change.
///
/// It travels in the sealed `state`, so that the answer is taken up by exactly the settings that began the sign-in.
public struct ProviderID: Hashable, Sendable {
    /// 16 bytes of a SHA-256.
    let bytes: [UInt8]

    static let length = 16

    /// Takes the settings by which two rules may differ.
    init(_ configuration: ProviderConfiguration) {
        var fields = ByteFields()
        for text in [
            configuration.issuer, configuration.clientID, configuration.scope, configuration.sessionCookieName,
        ] {
            fields.append(Array(text.utf8))
        }
        fields.append(integer: configuration.sessionTimeout)
        fields.append([configuration.usesPKCE ? 1 : 0, configuration.usesNonce ? 1 : 0, configuration.heals ? 1 : 0])
        for (name, value) in configuration.extraParameters {
            fields.append(Array(name.utf8))
            fields.append(Array(value.utf8))
        }
        for name in configuration.idTokenClaims { fields.append(Array(name.utf8)) }
        bytes = Array(SHA256.hash(data: fields.bytes).prefix(Self.length))
    }

    /// Nil unless there are 16 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }
}
