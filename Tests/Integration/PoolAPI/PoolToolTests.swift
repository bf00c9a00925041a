import Foundation
import ProcessTesting
import Testing

/// The tools people have, pointed here: the AWS CLI, boto3, pycognito and Terraform drive the pool with nothing adapted.
@Suite(
    "the pool's API and the tools of administrators", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(10)))
struct PoolToolTests {
    private static let tools = Programs.checkout + "/Tests/Integration/Tools"

    private func run(
        _ tool: String, _ arguments: [String], on host: Installation, within limit: Duration = .seconds(240)
    ) async throws -> Tool.Result {
        let api = try #require(host.ready.poolAPIURL)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try await Tool.run(
            tool, arguments,
            environment: [
                // Where `config/setup.sh --tests` puts the Python tools.
                "PATH": Programs.checkout + "/.build/test-tools/bin:" + path,
                "AWS_SHARED_CREDENTIALS_FILE": try #require(host.ready.awsCredentialsFile),
                "AWS_CONFIG_FILE": "/dev/null", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": api,
                "AWS_CA_BUNDLE": host.ready.caFile,
            ], within: limit)
    }

    private func withHost(_ body: (Installation) async throws -> Void) async throws {
        let host = try await Installation.start(arguments: ["--pool-api", "0"])
        do {
            try await body(host)
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }

    @Test("the AWS CLI: an administrator's life of a pool, and every refusal in Cognito's words")
    func awsCLI() async throws {
        try await withHost { host in
            let result = try await run(
                Self.tools + "/aws-cli.sh", [host.ready.userPoolId], on: host, within: .seconds(420))
            #expect(result.exitCode == 0, "\(result.output)\n\(host.logs)")
        }
    }

    @Test("boto3: a pool, its users, their sign-in with a second factor; every answer fits the service model")
    func boto3() async throws {
        try await withHost { host in
            let result = try await run(
                "python3",
                [
                    Self.tools + "/boto3_life.py", try #require(host.ready.poolAPIURL), host.ready.poolURL,
                    host.ready.caFile, host.ready.userPoolId,
                ], on: host)
            #expect(result.exitCode == 0, "\(result.output)\n\(host.logs)")
        }
    }

    @Test("pycognito signs in by SRP and passes the second factor")
    func pycognito() async throws {
        try await withHost { host in
            let result = try await run(
                "python3",
                [
                    Self.tools + "/pycognito_srp.py", try #require(host.ready.poolAPIURL), host.ready.poolURL,
                    host.ready.caFile, host.ready.userPoolId,
                ], on: host)
            #expect(result.exitCode == 0, "\(result.output)\n\(host.logs)")
        }
    }

    /// A folder that `terraform init -plugin-dir` takes; there is no way to fetch the provider where it is not.
    private static let plugins = ProcessInfo.processInfo.environment["TF_PLUGIN_DIR"] ?? "/opt/tf-plugins"

    @Test(
        "Terraform's AWS provider makes, re-reads without a difference, changes, and takes away",
        .enabled(
            if: FileManager.default.fileExists(atPath: plugins),
            "set TF_PLUGIN_DIR to a folder with hashicorp/aws, and have terraform on the PATH"))
    func terraform() async throws {
        try await withHost { host in
            let work = try TemporaryFolder()
            let result = try await run(
                Self.tools + "/terraform.sh", [try #require(host.ready.poolAPIURL), Self.plugins, work.path], on: host,
                within: .seconds(420))
            #expect(result.exitCode == 0, "\(result.output)\n\(host.logs)")
        }
    }
}
