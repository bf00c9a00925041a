import Crypto
public import Foundation
import Glibc
import X509

/// Where the certificates of this host lie, as absolute paths.
public struct LocalCertificatePaths: Sendable, Equatable {
    /// The local CA's certificate, for clients to trust (PEM, 0644).
    public let caFile: String
    /// The leaf's certificate followed by the CA's (PEM, 0644).
    public let chainFile: String
    /// The leaf's private key (PKCS #8 PEM, 0600).
    public let keyFile: String
}

/// The certificates for `https://localhost`: a certificate authority of this host's own, and one leaf it signs.
///
/// Both keys are ECDSA P-256. The CA lives ten years, signs no further CA (path length 0), and is name-constrained to
/// this host, so that whoever steals its key from a machine that trusts it cannot pose as another site. The leaf lives
/// 397 days, the longest browsers accept.
public enum LocalCertificates {
    /// Makes what is missing, renews what ends within 30 days or lacks one of this host's names, and keeps the rest.
    ///
    /// Several programs may call this at once: one does the work, all return the same files. The CA is kept as long as
    /// it can be, because people have told their browsers to trust it; one that the operator put there, or took the key of,
    /// is never replaced. After the host was given a new name the CA does
    /// not cover, the leaf does without that name; delete the folder's content for a new CA.
    ///
    /// - Parameters:
    ///   - directory: the folder of the certificates; made if missing.
    ///   - now: the present time.
    public static func ensure(in directory: String, now: Date) throws(OperationsError) -> LocalCertificatePaths {
        try ensure(in: directory, hostName: HostName.current(), now: now)
    }

    static func ensure(
        in directory: String, hostName: String?, now: Date
    ) throws(OperationsError) -> LocalCertificatePaths {
        let folder = StateDirectory(path: directory).path
        try File.makeFolder(folder, mode: 0o700)
        let paths = LocalCertificatePaths(
            caFile: "\(folder)/ca.pem", chainFile: "\(folder)/localhost.pem", keyFile: "\(folder)/localhost-key.pem")
        let lock = try FileLock(waitingFor: "\(folder)/.lock")
        defer { withExtendedLifetime(lock) {} }

        let caKeyFile = "\(folder)/ca-key.pem"
        let authority = try CertificateAuthority.read(certificateFile: paths.caFile, keyFile: caKeyFile)
        if let authority, authority.isUsable(at: now),
            try leafIsGood(paths, authority: authority, hostName: hostName, now: now)
        {
            return paths
        }
        // Without the authority's key the certificates serve until they end.
        if let authority, authority.key == nil, try leafServes(paths, authority: authority, now: now) { return paths }
        let signer = try signer(authority, paths, keyFile: caKeyFile, hostName: hostName, now: now)
        let leaf = try signer.makeLeaf(hostName: hostName, now: now)
        try File.replace(paths.keyFile, with: Array(leaf.keyPEM.utf8), mode: 0o600)
        try File.replace(paths.chainFile, with: Array(leaf.chainPEM.utf8), mode: 0o644)
        return paths
    }

    /// The authority that is to sign the leaf. What the operator put there, and what people may trust, stays.
    private static func signer(
        _ authority: CertificateAuthority?, _ paths: LocalCertificatePaths, keyFile: String, hostName: String?,
        now: Date
    ) throws(OperationsError) -> CertificateAuthority {
        let moveAway =
            "move \(paths.caFile) and \(keyFile) away to have a new local CA made, which browsers have to trust anew"
        let key: P256.Signing.PrivateKey?
        if let authority {
            guard let own = authority.key else {
                throw OperationsError(
                    "The certificate of localhost has to be renewed, and \(keyFile) holds no P-256 key of "
                        + "\(paths.caFile). Put it there, or \(moveAway).")
            }
            if authority.isUsable(at: now) { return authority }
            guard authority.isOurs else {
                throw OperationsError("The CA in \(paths.caFile) ends within 30 days. Renew it, or \(moveAway).")
            }
            key = own
        } else {
            // Left by a start that was cut short, if it is ours.
            key = try CertificateAuthority.key(in: keyFile)
            if key == nil, try File.readPrivate(keyFile) != nil {
                throw OperationsError(
                    "\(paths.caFile) is missing, and \(keyFile) holds no P-256 key. Put the certificate there, or "
                        + "\(moveAway).")
            }
        }
        let made = try CertificateAuthority.make(hostName: hostName, key: key, now: now)
        try made.write(certificateFile: paths.caFile, keyFile: keyFile)
        return made
    }

    private static func leafServes(
        _ paths: LocalCertificatePaths, authority: CertificateAuthority, now: Date
    ) throws(OperationsError) -> Bool {
        guard let leaf = try leaf(paths) else { return false }
        return authority.hasSigned(leaf) && leaf.notValidBefore <= now && leaf.notValidAfter > now
            && authority.certificate.notValidAfter > now
    }

    /// The leaf, if it and its key fit together.
    private static func leaf(_ paths: LocalCertificatePaths) throws(OperationsError) -> Certificate? {
        guard let chain = try File.read(paths.chainFile), let keyText = try File.readPrivate(paths.keyFile),
            let leaf = PEM.firstCertificate(in: chain),
            let key = try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: keyText, as: UTF8.self)),
            leaf.publicKey == Certificate.PublicKey(key.publicKey)
        else { return nil }
        return leaf
    }

    private static func leafIsGood(
        _ paths: LocalCertificatePaths, authority: CertificateAuthority, hostName: String?, now: Date
    ) throws(OperationsError) -> Bool {
        guard let leaf = try leaf(paths) else { return false }
        return authority.hasSigned(leaf)
            && leaf.notValidBefore <= now && leaf.notValidAfter > now + CertificateAuthority.renewalPeriod
            && authority.names(hostName: hostName).isSubset(of: LeafNames(of: leaf))
    }
}
