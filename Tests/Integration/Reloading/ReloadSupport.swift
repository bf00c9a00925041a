import ProcessTesting

extension GatewayAlone {
    static let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    static let onlyRequest = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    /// Changes its configuration, which it reads with the next reload.
    func configure(_ yaml: String) throws { try folder.write(yaml, to: "gateway.yaml") }

    /// What `gatehouse reload` says, and its exit code. The admin socket opens a moment after the listeners.
    func reload(_ arguments: String...) async throws -> Tool.Result {
        try await eventually("an answer on the admin socket") {
            let result = try await Tool.run(
                try Programs.path("gatehouse"), ["reload", "--state", folder.file("state")] + arguments)
            return result.output.contains("No gateway answers") ? nil : result
        }
    }

    /// Waits until nothing goes on under an earlier configuration.
    func earlierConfigurationsEnd() async throws {
        _ = try await eventually("the end of all earlier configurations", within: .seconds(20)) {
            try await reload("--json").output.contains(#""earlierConfigurations":0"#) ? true : nil
        }
    }
}

/// A rule that answers everything itself.
func answeringRule(_ word: String) -> String {
    """
    [{Priority: 1, Conditions: [{Field: path-pattern, PathPatternConfig: {Values: ["/*"]}}],
      Actions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "200", MessageBody: \(word)}}]}]
    """
}
