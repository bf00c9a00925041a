import Crypto
import Foundation
import X509

/// The local certificate authority: its certificate and, unless the operator took it away, its key.
struct CertificateAuthority {
    let certificate: Certificate
    let key: P256.Signing.PrivateKey?

    /// What ends sooner than this is renewed: 30 days.
    static let renewalPeriod: TimeInterval = 30 * day

    /// The authority in these files; `nil` where there is none.
    ///
    /// - Throws: when there is one that cannot be used: people may trust it, so it is not replaced.
    static func read(certificateFile: String, keyFile: String) throws(OperationsError) -> CertificateAuthority? {
        guard let bytes = try File.read(certificateFile) else { return nil }
        guard let certificate = PEM.firstCertificate(in: bytes) else {
            throw OperationsError(
                "\(certificateFile) is no certificate. Put the right file there, or move it and \(keyFile) away to have a "
                    + "new local CA made.")
        }
        let key = try key(in: keyFile)
        // A key of another certificate signs nothing that this one vouches for.
        let matches = key.map { Certificate.PublicKey($0.publicKey) == certificate.publicKey } ?? false
        return CertificateAuthority(certificate: certificate, key: matches ? key : nil)
    }

    /// The key in a file; `nil` where there is no file, or none that this program can sign with.
    static func key(in file: String) throws(OperationsError) -> P256.Signing.PrivateKey? {
        try File.readPrivate(file).flatMap {
            try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: $0, as: UTF8.self))
        }
    }

    /// Whether it was made here, and not brought by the operator.
    var isOurs: Bool { String(describing: certificate.subject).contains(Self.name) }

    /// A new authority for this host.
    ///
    /// - Parameter key: the key to keep; without one, one is made.
    static func make(
        hostName: String?, key: P256.Signing.PrivateKey? = nil, now: Date
    ) throws(OperationsError) -> CertificateAuthority {
        let key = key ?? P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        // The hash tells this CA from earlier ones in a browser's list.
        let fingerprint = SHA256.hash(data: key.publicKey.x963Representation).prefix(4)
            .map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
        return try issuing("the local CA") {
            let name = try DistinguishedName {
                CommonName("\(Self.name) \(fingerprint)")
                OrganizationName("Gatehouse on \(hostName ?? "this host")")
            }
            let certificate = try Certificate(
                version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: now - hour,
                notValidAfter: now + 3650 * day, issuer: name, subject: name,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: publicKey)
                    Critical(constraints(hostName: hostName))
                },
                issuerPrivateKey: Certificate.PrivateKey(key))
            return CertificateAuthority(certificate: certificate, key: key)
        }
    }

    /// Writes both files, the key first: a certificate whose key is missing cannot be renewed.
    func write(certificateFile: String, keyFile: String) throws(OperationsError) {
        guard let key else { preconditionFailure("an authority that was just made has its key") }
        // A key that is there is this one, or was kept for it.
        _ = try File.create(keyFile, with: Array((key.pemRepresentation + "\n").utf8), mode: 0o600)
        let pem = try Self.issuing("the local CA") { try certificate.serializeAsPEM().pemString + "\n" }
        try File.replace(certificateFile, with: Array(pem.utf8), mode: 0o644)
    }

    /// Whether leaves may still rest on it: in force now and for another 30 days.
    func isUsable(at now: Date) -> Bool {
        certificate.notValidBefore <= now && certificate.notValidAfter > now + Self.renewalPeriod
    }

    /// Whether this authority's key signed `leaf`.
    func hasSigned(_ leaf: Certificate) -> Bool {
        leaf.issuer == certificate.subject && certificate.publicKey.isValidSignature(leaf.signature, for: leaf)
    }

    /// The names a leaf of this authority bears: those of this host that its name constraints permit.
    func names(hostName: String?) -> LeafNames {
        var names = LeafNames(hostName: hostName)
        if let constraints = try? certificate.extensions.nameConstraints {
            let permitted = Set(constraints.permittedDNSDomains)
            names.dns.formIntersection(permitted)
        }
        return names
    }

    /// A new leaf for this host: its key, and its certificate followed by the authority's, as PEM.
    func makeLeaf(hostName: String?, now: Date) throws(OperationsError) -> (keyPEM: String, chainPEM: String) {
        guard let authorityKey = key else { preconditionFailure("a leaf is only made where the authority has its key") }
        let key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        return try Self.issuing("the certificate of localhost") {
            let leaf = try Certificate(
                version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: now - Self.hour,
                notValidAfter: min(now - Self.hour + 397 * Self.day, certificate.notValidAfter),
                issuer: certificate.subject, subject: try DistinguishedName { CommonName("localhost") },
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(names(hostName: hostName).generalNames)
                    SubjectKeyIdentifier(hash: publicKey)
                    AuthorityKeyIdentifier(
                        keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
                },
                issuerPrivateKey: Certificate.PrivateKey(authorityKey))
            let chain = try leaf.serializeAsPEM().pemString + "\n" + certificate.serializeAsPEM().pemString + "\n"
            return (key.pemRepresentation + "\n", chain)
        }
    }

    /// Names only: BoringSSL, and with it every client on SwiftNIO, refuses a chain that constrains addresses.
    private static func constraints(hostName: String?) -> NameConstraints {
        NameConstraints(permittedDNSDomains: NameConstraints.DNSNames(["localhost"] + HostName.forms(of: hostName)))
    }

    private static func issuing<T>(_ what: String, _ body: () throws -> T) throws(OperationsError) -> T {
        do {
            return try body()
        } catch {
            throw OperationsError("Cannot make \(what): \(error). Please report this with the host's name.")
        }
    }

    private static let name = "Gatehouse local CA"
    private static let hour: TimeInterval = 3600
    private static let day: TimeInterval = 24 * hour
}

/// Reading the first certificate of a PEM file, which may hold a chain.
public enum PEM {
    /// When it ends, in seconds since 1970; nil if it cannot be read.
    public static func expiry(ofFile path: String) -> Int? {
        guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
        return firstCertificate(in: Array(bytes)).map { Int($0.notValidAfter.timeIntervalSince1970) }
    }

    static func firstCertificate(in bytes: [UInt8]) -> Certificate? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "-----END CERTIFICATE-----") else { return nil }
        return try? Certificate(pemEncoded: String(text[..<end.upperBound]))
    }
}
