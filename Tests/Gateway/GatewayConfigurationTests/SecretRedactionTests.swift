import Testing

@testable import GatewayServer

@Suite("A configuration that is refused never repeats a secret (attack 124)") struct SecretRedactionTests {
    private static let secret = "hunter2-Tr0ub4dor"

    private func actions(_ config: String, more: String = "") -> String {
        """
        - Type: authenticate-oidc
          AuthenticateOidcConfig:
            Issuer: https://idp.example.com/pool
            ClientId: c
            \(config)
            \(more)
        \(forward)
        """
    }

    @Test(
        "wrong in a way that has to do with the secret, or beside it",
        arguments: [
            ("ClientSecret: [\(secret)]", ""), ("ClientSecret: {a: \(secret)}", ""),
            ("ClientSecret: {\(secret): a}", ""),
            ("ClientSecrets: \(secret)", ""), ("ClientSecret: \(secret)", "SessionTimeout: 0"),
            ("ClientSecret: \(secret)", "ClientSecretFile: /nonexistent"), ("ClientSecret: &a \(secret)", ""),
            ("ClientSecret: \(secret)", "ClientSecret: \(secret)"), ("ClientSecret: \"\(secret)", ""),
            ("ClientSecret: '\(secret)", ""), ("ClientSecret: \(secret)\n\tx: y", ""),
            ("ClientSecret: \"\\q\(secret)\"", ""),
            ("ClientSecret: \(secret): \(secret)", ""), ("ClientSecret: ${\(secret)", ""),
            ("ClientSecret: ${\(secret)}", ""),
            ("ClientSecret: \(secret)", "- x"),
        ])
    func refused(config: String, more: String) {
        let found = problems(yaml(actions: actions(config, more: more)))
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { !$0.contains("hunter2") }, "\(found)")
    }
}
