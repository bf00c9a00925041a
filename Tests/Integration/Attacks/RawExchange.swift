import ProcessTesting

/// Sends bytes on a connection of their own, over TLS where an authority is named.
///
/// - Returns: The answer's status; 0 if the connection ended without one.
func rawStatus(port: Int, caFile: String? = nil, _ request: String) async throws -> Int {
    let connection = try await RawConnection.open(port: port, caFile: caFile)
    try await connection.write(request)
    let answer = try await connection.read(until: "\r\n\r\n")
    await connection.close()
    return Int(answer.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0
}

extension SigningGateway {
    /// The status of a request that is written byte by byte by the test.
    func status(_ target: String, _ fields: String..., method: String = "GET", host: String = "Host: localhost")
        async throws -> Int
    {
        try await rawStatus(
            port: gateway.port, caFile: gateway.caFile,
            ([method + " " + target + " HTTP/1.1", host] + fields).joined(separator: "\r\n") + "\r\n\r\n")
    }
}
