import TLSTesting

/// Connects to `server` with `openssl s_client`, checks its certificate, and sends `input`.
func connect(
    to server: EchoServer, _ certificate: TestCertificate, _ options: [String], input: [UInt8] = Array("hello".utf8)
) async throws -> CommandResult {
    try await openssl(
        [
            "s_client", "-connect", "127.0.0.1:\(server.port)", "-servername", "localhost", "-CAfile",
            certificate.chainFile, "-verify_return_error", "-ign_eof", "-nocommands",
        ] + options, input: input)
}
