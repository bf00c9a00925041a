/// What a TLS client thinks of a server's certificate.
public enum CertificateVerification: Equatable, Sendable {
    /// An authority that is trusted signed it, for the host that was asked for.
    case trusted
    /// It is for another host.
    case otherHost
    /// Nobody who is trusted signed it.
    case untrusted
    /// Anything else, in OpenSSL's words: it has expired, for instance.
    case refused(String)
}
