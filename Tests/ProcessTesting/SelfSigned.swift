/// Certificates that vouch for themselves, made by openssl.
public enum SelfSigned {
    /// Writes a P-256 key and a certificate of it for a day, both PEM.
    public static func make(
        key: String, certificate: String, subject: String = "localhost", hosts: [String] = ["localhost"]
    ) async throws {
        let made = try await Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                "/CN=\(subject)", "-addext", "subjectAltName=\(hosts.map { "DNS:\($0)" }.joined(separator: ","))",
                "-keyout", key,
                "-out", certificate,
            ])
        guard made.exitCode == 0 else { throw Failure("no certificate: \(made.output)") }
    }
}
