import Crypto
import FoundationEssentials

/// A request's identity as an attacker would forge it, or the genuine one: what a backend must tell apart.
public enum IdentityProbe: String, CaseIterable, Sendable {
    /// What the gateway sends. The backend has to take it, else its refusals mean nothing.
    case genuine
    /// No identity at all.
    case absent
    /// Only the header that is not signed.
    case unsignedHeaderOnly = "unsigned-header-only"
    /// A genuine token that has expired.
    case expired
    /// Signed with another key, under the gateway's key id.
    case foreignKey = "foreign-key"
    /// Signed with another key, under that key's own id.
    case unknownKey = "unknown-key"
    /// Signed with the right key, in another gateway's name (ALBeast).
    case wrongSigner = "wrong-signer"
    /// Signed with the right key, for another issuer's user.
    case wrongIssuer = "wrong-issuer"
    /// Signed with the right key, for another client.
    case wrongClient = "wrong-client"
    /// `alg` is `none`, and there is no signature.
    case unsigned
    /// `alg` is `HS256`, with the public key as its secret.
    case hmacWithPublicKey = "hmac-with-public-key"
    /// The claims were changed after signing.
    case tampered
    /// A genuine token; the header that is not signed names somebody else.
    case otherSubject = "other-subject"

    /// What is wrong, in a few words.
    public var summary: String {
        switch self {
        case .genuine: "the gateway's own"
        case .absent: "no identity at all"
        case .unsignedHeaderOnly: "only \(IdentityHeader.identity), which is not signed"
        case .expired: "expired a minute ago"
        case .foreignKey: "signed with another key, under the gateway's key id"
        case .unknownKey: "signed with another key, under its own id"
        case .wrongSigner: "signer is another gateway"
        case .wrongIssuer: "iss is another issuer"
        case .wrongClient: "client and aud are another client's"
        case .unsigned: "alg none, no signature"
        case .hmacWithPublicKey: "alg HS256, the public key as its secret"
        case .tampered: "claims changed after signing"
        case .otherSubject: "\(IdentityHeader.identity) names somebody else than the token"
        }
    }

    /// Whose identity the probes state.
    public static let subject = "gatehouse-selftest"
}

/// Makes probes with a gateway's own key.
public struct IdentityProber: Sendable {
    private let key: P256.Signing.PrivateKey
    private let privateKeyPEM: String
    private let signer: String
    private let issuer: String
    private let client: String
    private let padded: Bool

    /// - Parameters:
    ///   - privateKeyPEM: the gateway's signing key.
    ///   - signer: the gateway's ARN.
    ///   - issuer: the issuer that the backend expects.
    ///   - client: the client that the backend expects.
    ///   - padded: whether the gateway's tokens keep their padding.
    /// - Throws: ``IdentityError/unusablePrivateKey``.
    public init(
        privateKeyPEM: String, signer: String, issuer: String, client: String, padded: Bool
    ) throws(IdentityError) {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: privateKeyPEM) else {
            throw .unusablePrivateKey
        }
        self.key = key
        self.privateKeyPEM = privateKeyPEM
        self.signer = signer
        self.issuer = issuer
        self.client = client
        self.padded = padded
    }

    /// The request headers of a probe.
    ///
    /// - Parameter now: seconds since 1970.
    public func headers(_ probe: IdentityProbe, now: Int) throws(IdentityError) -> [(name: String, value: String)] {
        var subject = IdentityProbe.subject
        var token: String? = try sign(now: now)
        switch probe {
        case .genuine: break
        case .absent: return []
        case .unsignedHeaderOnly: token = nil
        case .expired: token = try sign(now: now - 180)
        case .foreignKey: token = try replaceSignature(of: sign(now: now))
        case .unknownKey: token = try sign(now: now, key: IdentitySigner.makePrivateKeyPEM())
        case .wrongSigner: token = try sign(now: now, signer: signer + "0")
        case .wrongIssuer: token = try sign(now: now, issuer: issuer + "/other")
        case .wrongClient: token = try sign(now: now, client: client + "-other")
        case .unsigned: token = try rewrite(sign(now: now), algorithm: "none") { _ in [] }
        case .hmacWithPublicKey:
            let secret = SymmetricKey(data: Data(key.publicKey.pemRepresentation.utf8))
            token = try rewrite(sign(now: now), algorithm: "HS256") {
                Array(HMAC<SHA256>.authenticationCode(for: $0, using: secret))
            }
        case .tampered: token = try tamper(sign(now: now))
        case .otherSubject: subject += "-other"
        }
        let identity = (name: IdentityHeader.identity, value: subject)
        return token.map { [(name: IdentityHeader.data, value: $0), identity] } ?? [identity]
    }

    private func sign(
        now: Int, key: String? = nil, signer: String? = nil, issuer: String? = nil, client: String? = nil
    ) throws(IdentityError) -> String {
        let maker = try IdentitySigner(
            privateKeyPEM: key ?? privateKeyPEM, signer: signer ?? self.signer, padded: padded)
        return try maker.sign(
            claims: Array(#"{"sub":"\#(IdentityProbe.subject)","name":"Gatehouse self-test"}"#.utf8),
            issuer: issuer ?? self.issuer, client: client ?? self.client, expiry: now + 120, issuedAt: now)
    }

    /// The token with a signature by a key that nobody knows.
    private func replaceSignature(of token: String) -> String {
        let signed = token.split(separator: ".").prefix(2).joined(separator: ".")
        guard let signature = try? P256.Signing.PrivateKey().signature(for: Data(signed.utf8)) else {
            preconditionFailure("signing with a new key does not fail")
        }
        return signed + "." + Base64URL.encode(signature.rawRepresentation, padded: padded)
    }

    /// The token under another algorithm.
    private func rewrite(_ token: String, algorithm: String, signature: (Data) -> [UInt8]) -> String {
        let parts = token.split(separator: ".")
        let header = Base64URL.decode(Array(parts[0].utf8)) ?? []
        let changed = String(decoding: header, as: UTF8.self).replacing("ES256", with: algorithm)
        let signed = Base64URL.encode(changed.utf8, padded: padded) + "." + parts[1]
        return signed + "." + Base64URL.encode(signature(Data(signed.utf8)), padded: padded)
    }

    /// The token with another subject in its claims.
    private func tamper(_ token: String) -> String {
        let parts = token.split(separator: ".")
        let claims = String(decoding: Base64URL.decode(Array(parts[1].utf8)) ?? [], as: UTF8.self)
        let changed = claims.replacing(IdentityProbe.subject, with: IdentityProbe.subject + "-other")
        return parts[0] + "." + Base64URL.encode(changed.utf8, padded: padded) + "." + parts[2]
    }
}
