import AWSSignature
import AsyncHTTPClient
import BedrockTesting
import Foundation
import NIOCore
import Testing

@testable import Bedrock

/// Each source of credentials, against stand-ins on loopback, and the order in which they are asked.
@Suite(.timeLimit(.minutes(2))) struct CredentialChainTests {
    private static let now = 1_767_323_045

    private func chain<Result: Sendable>(
        _ variables: [String: String], patience: TimeAmount = .seconds(30),
        _ work: @Sendable (CredentialChain) async throws -> Result
    ) async throws -> Result {
        var all = ["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"]
        all["AWS_EC2_METADATA_DISABLED"] = "true"
        all.merge(variables) { $1 }
        let http = HTTPConnections.client(connect: .seconds(2))
        var chain = CredentialChain(environment: AWSEnvironment(all), local: http, remote: http, now: { Self.now })
        // The machine that runs the tests may be busy.
        chain.patience = (patience, patience)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await work(chain)) } catch { result = .failure(error) }
        try await http.shutdown()
        return try result.get()
    }

    private func outcome(_ variables: [String: String]) async throws
        -> Swift.Result<SessionCredentials, CredentialError>
    {
        try await chain(variables) { chain in
            do throws(CredentialError) { return .success(try await chain.credentials()) } catch {
                return .failure(error)
            }
        }
    }

    private func file(_ text: String) throws -> String {
        let url = FileManager.default.temporaryDirectory.appending(path: "gatehouse-aws-\(UUID().uuidString)")
        try Data(text.utf8).write(to: url)
        return url.path
    }

    private func keys(_ id: String, _ secret: String, _ token: String? = nil, expiry: Int? = nil) -> SessionCredentials
    {
        SessionCredentials(
            SigningCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token), expiry: expiry)
    }

    // MARK: Environment

    @Test func theEnvironmentGoesFirst() async throws {
        let profile = try file("[default]\naws_access_key_id = P\naws_secret_access_key = p\n")
        let variables = [
            "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "e", "AWS_SESSION_TOKEN": "t",
            "AWS_SHARED_CREDENTIALS_FILE": profile,
        ]
        #expect(try await outcome(variables) == .success(keys("E", "e", "t")))
        #expect(try await outcome(variables.filter { $0.key.hasSuffix("FILE") }) == .success(keys("P", "p")))
    }

    @Test func halfAKeyPairIsAnErrorAndNotPassedOver() async throws {
        #expect(try await outcome(["AWS_ACCESS_KEY_ID": "E"]) == .failure(.missingVariable("AWS_SECRET_ACCESS_KEY")))
        #expect(
            try await outcome(["AWS_SECRET_ACCESS_KEY": "e", "AWS_ACCESS_KEY_ID": ""])
                == .failure(.missingVariable("AWS_ACCESS_KEY_ID")))
        #expect(try await outcome([:]) == .failure(.notConfigured))
    }

    @Test(
        "whether anything is configured",
        arguments: [
            ([:], false), (["AWS_REGION": "eu-west-2", "AWS_CA_BUNDLE": "/x"], false),
            (["AWS_ACCESS_KEY_ID": ""], false),
            (["AWS_ACCESS_KEY_ID": "x"], true), (["AWS_BEARER_TOKEN_BEDROCK": "x"], true),
            (["AWS_BEARER_TOKEN_BEDROCK": " "], false),
            (["AWS_PROFILE": "x"], true), (["AWS_WEB_IDENTITY_TOKEN_FILE": "/x"], true),
            (["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/"], true),
        ] as [([String: String], Bool)])
    func configured(variables: [String: String], wanted: Bool) {
        let files = ["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"]
        #expect(CredentialChain.isConfigured(in: AWSEnvironment(files.merging(variables) { $1 })) == wanted)
    }

    // MARK: Files

    @Test func profilesOfBothFiles() async throws {
        let config = try file(
            """
            # a comment
            [default]
            region = eu-west-1
            s3 =
                max_concurrent_requests = 20
            [profile  "team a"]\r
            aws_access_key_id=C
            AWS_SECRET_ACCESS_KEY = c=c\r
            region=eu-west-3
            [profile both]
            aws_access_key_id = config
            aws_secret_access_key = config
            [profile sso]
            sso_session = corp
            [profile half]
            aws_access_key_id = X
            """)
        let credentials = try file(
            "[both]\naws_access_key_id = file\naws_secret_access_key = f\naws_session_token = t\n")
        let files = ["AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials]
        func of(_ profile: String) async throws -> Swift.Result<SessionCredentials, CredentialError> {
            try await outcome(files.merging(["AWS_PROFILE": profile]) { $1 })
        }
        #expect(try await of("team a") == .success(keys("C", "c=c")))
        #expect(try await of("both") == .success(keys("file", "f", "t")))
        #expect(try await of("sso") == .failure(.interactiveProfile("sso")))
        #expect(try await of("half") == .failure(.incompleteProfile("half", missing: "aws_secret_access_key")))
        #expect(try await of("none") == .failure(.unknownProfile("none")))
        #expect(try await outcome(files) == .failure(.notConfigured))
        #expect(AWSEnvironment(files).region == "eu-west-1")
        #expect(AWSEnvironment(files.merging(["AWS_PROFILE": "team a"]) { $1 }).region == "eu-west-3")
        #expect(AWSEnvironment(files.merging(["AWS_REGION": "us-east-1"]) { $1 }).region == "us-east-1")
        #expect("\(CredentialError.interactiveProfile("sso"))".contains("export-credentials --profile sso"))
    }

    @Test func aProgramPrintsCredentials() async throws {
        let good =
            #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-01-02T04:04:05Z"}"#
        func of(_ command: String) async throws -> Swift.Result<SessionCredentials, CredentialError> {
            let config = try file("[default]\ncredential_process = \(command)\n")
            return try await outcome(["AWS_CONFIG_FILE": config])
        }
        #expect(try await of("printf %s '\(good)'") == .success(keys("A", "s", "t", expiry: Self.now + 3_600)))
        #expect(
            try await of("printf %s '\(good.replacing(":1,", with: ":2,"))'") == .failure(.malformedAnswer(.process)))
        #expect(
            try await of("printf %s '\(good.replacing("2026-01-02", with: "2026-01-01"))'")
                == .failure(.expired(.process)))
        #expect(try await of("false") == .failure(.processFailed(profile: "default")))
        #expect(try await of("/no/such/program") == .failure(.processFailed(profile: "default")))
        // Not run by a shell: what follows the semicolon is an argument.
        #expect(try await of("printf %s '{}' ; echo x") == .failure(.malformedAnswer(.process)))
    }

    @Test(
        "a command is split as a shell does",
        arguments: [
            ("a b  c", ["a", "b", "c"]), ("a 'b c' d", ["a", "b c", "d"]),
            (#"a "b \"c\" \d" e"#, ["a", #"b "c" \d"#, "e"]),
            (#"a\ b ''"#, ["a b", ""]), ("x'y'z", ["xyz"]), ("'open", nil), (#"end\"#, nil), ("", []),
        ] as [(String, [String]?)])
    func words(command: String, wanted: [String]?) {
        #expect(ShellWords.split(command) == wanted)
    }

    // MARK: The token service

    private static let answer = """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
        <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s+/=</SecretAccessKey><SessionToken>tok</SessionToken>
        <Expiration>2026-01-02T04:04:05Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
        """

    private func reply(_ status: Int, _ text: String) -> ScriptedReply {
        ScriptedReply(status: status, steps: [.bytes(Array(text.utf8))])
    }

    @Test func aWebIdentity() async throws {
        let token = try file("the.web.token\n")
        let answered = reply(200, Self.answer)
        try await BedrockResponder.running(checks: false, script: { _, _ in answered }) { responder in
            let variables = [
                "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
                "AWS_REGION": "eu-west-2",
                "AWS_ENDPOINT_URL_STS": responder.url,
            ]
            #expect(try await outcome(variables) == .success(keys("ASIA", "s+/=", "tok", expiry: Self.now + 3_600)))
            let call = try #require(responder.calls.first)
            #expect(call.value("authorization") == nil)
            #expect(
                String(decoding: call.body, as: UTF8.self)
                    == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
                    + "&RoleSessionName=gatehouse-chat&WebIdentityToken=the.web.token")
            var lacking = variables
            lacking["AWS_ROLE_ARN"] = nil
            #expect(try await outcome(lacking) == .failure(.missingVariable("AWS_ROLE_ARN")))
            lacking = variables.merging(["AWS_WEB_IDENTITY_TOKEN_FILE": "/no/such/file"]) { $1 }
            #expect(try await outcome(lacking) == .failure(.unreadableFile("/no/such/file")))
        }
    }

    @Test func aRoleIsAssumedWithASignedRequest() async throws {
        let config = try file(
            """
            [profile role]
            role_arn = arn:aws:iam::1:role/r
            source_profile = base
            external_id = ext
            [profile base]
            aws_access_key_id = BASE
            aws_secret_access_key = base
            [profile self]
            role_arn = arn:aws:iam::1:role/r
            source_profile = self
            aws_access_key_id = SELF
            aws_secret_access_key = self
            [profile a]
            role_arn = x
            source_profile = b
            [profile b]
            role_arn = x
            source_profile = a
            [profile mfa]
            role_arn = x
            mfa_serial = y
            [profile nothing]
            role_arn = x
            """)
        let answered = reply(200, Self.answer)
        try await BedrockResponder.running(checks: false, script: { _, _ in answered }) { responder in
            let variables = [
                "AWS_CONFIG_FILE": config, "AWS_REGION": "eu-west-2", "AWS_ENDPOINT_URL_STS": responder.url,
            ]
            func of(_ profile: String) async throws -> Swift.Result<SessionCredentials, CredentialError> {
                try await outcome(variables.merging(["AWS_PROFILE": profile]) { $1 })
            }
            #expect(try await of("role") == .success(keys("ASIA", "s+/=", "tok", expiry: Self.now + 3_600)))
            let call = try #require(responder.calls.first)
            #expect(String(decoding: call.body, as: UTF8.self).hasSuffix("&ExternalId=ext"))
            let request = SignableRequest(
                method: call.method, path: call.path, headers: call.headers, body: .bytes(call.body))
            try SignatureVerifier(region: "eu-west-2", service: "sts").verify(
                request, at: SigningTime(secondsSince1970: Self.now)
            ) { $0 == "BASE" ? SigningCredentials(accessKeyID: "BASE", secretAccessKey: "base") : nil }
            #expect(try await of("self") == .success(keys("ASIA", "s+/=", "tok", expiry: Self.now + 3_600)))
            #expect(responder.calls.last?.value("authorization")?.contains("Credential=SELF/") == true)
            #expect(try await of("a") == .failure(.profileLoop("b")))
            #expect(try await of("mfa") == .failure(.interactiveProfile("mfa")))
            #expect(
                try await of("nothing")
                    == .failure(.incompleteProfile("nothing", missing: "source_profile or credential_source")))
        }
    }

    @Test(
        "what the token service may answer",
        arguments: [
            (403, "<Error/>", CredentialError.refused(.tokenService, status: 403)),
            (200, "<html>", .malformedAnswer(.tokenService)),
            (200, answer.replacing("2026-01-02T04", with: "2026-01-02T05"), nil),
            (200, answer.replacing("2026-01-02T04:04", with: "2026-01-02T03:00"), .expired(.tokenService)),
            (200, answer.replacing("2026-01-02T04:04:05Z", with: "soon"), .malformedAnswer(.tokenService)),
        ] as [(Int, String, CredentialError?)])
    func tokenService(status: Int, text: String, wanted: CredentialError?) async throws {
        let token = try file("t")
        let answered = reply(status, text)
        try await BedrockResponder.running(checks: false, script: { _, _ in answered }) { responder in
            let found = try await outcome([
                "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "r", "AWS_ENDPOINT_URL_STS": responder.url,
            ])
            switch found {
            case .success: #expect(wanted == nil)
            case .failure(let error): #expect(error == wanted)
            }
        }
    }

    // MARK: Containers and instances

    private static func json(_ expiration: String = "2026-01-02T04:04:05Z") -> String {
        #"{"Code":"Success","AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"\#(expiration)"}"#
    }

    @Test func aContainersEndpoint() async throws {
        let first = try file("first")
        let good = reply(200, Self.json())
        try await BedrockResponder.running(checks: false, script: { _, _ in good }) { responder in
            let variables = [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(responder.url)/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": first, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "other",
            ]
            try await chain(variables) { chain in
                #expect(try await chain.credentials() == keys("A", "s", "t", expiry: Self.now + 3_600))
                try Data("second".utf8).write(to: URL(filePath: first))
                _ = try await chain.credentials()
            }
            #expect(
                responder.calls.map { $0.value("authorization") } == ["first", "second"], "the file is read each time")
            #expect(responder.calls.first?.path == "/v1/credentials")
            let split = variables.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": try file("a\r\nX: y")]) { $1 }
            #expect(try await outcome(split) == .failure(.malformedAnswer(.container)))
        }
    }

    @Test(
        "a container's token is sent to this host or encrypted",
        arguments: [
            ("https://example.com/x", true), ("http://localhost/x", true), ("http://127.0.0.1:8080/x", true),
            ("http://127.9.9.9/", true), ("http://[::1]:80/", true), ("http://169.254.170.2/", true),
            ("http://169.254.170.23/v1/credentials", true), ("http://[fd00:ec2::23]/", true),
            ("http://example.com/", false),
            ("http://127.0.0.1.example.com/", false), ("http://10.0.0.1/", false), ("http://127.1/", false),
            ("ftp://localhost/", false), ("/relative", false), ("http://localhost@example.com/", false), ("", false),
            ("http://169.254.169.254/", false),
        ])
    func containerAddress(url: String, wanted: Bool) {
        #expect(CredentialChain.mayGetContainerToken(url) == wanted)
    }

    @Test func anInstancesMetadata() async throws {
        let (token, role, good) = (reply(200, "imds-token"), reply(200, "my-role"), reply(200, Self.json()))
        try await BedrockResponder.running(
            checks: false,
            script: { call, _ in
                call.method == "PUT" ? token : call.path.hasSuffix("security-credentials/") ? role : good
            }
        ) { responder in
            let variables = [
                "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "\(responder.url)/",
            ]
            let found = try await outcome(variables)
            #expect(found == .success(keys("A", "s", "t", expiry: Self.now + 3_600)))
            #expect(
                responder.calls.map(\.path) == [
                    "/latest/api/token", "/latest/meta-data/iam/security-credentials/",
                    "/latest/meta-data/iam/security-credentials/my-role",
                ])
            try #require(responder.calls.count == 3)
            #expect(responder.calls[0].value("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
            #expect(responder.calls[1].value("x-aws-ec2-metadata-token") == "imds-token")
            #expect(responder.calls[2].value("x-aws-ec2-metadata-token") == "imds-token")
        }
    }

    @Test(
        "an instance without a role, a service that refuses, and credentials that it could not renew", arguments: 0..<3)
    func instances(kind: Int) async throws {
        let (token, role) = (reply(200, "imds-token"), reply(200, "my-role"))
        let (none, refused, old) = (reply(404, ""), reply(403, ""), reply(200, Self.json("2026-01-02T03:00:00Z")))
        try await BedrockResponder.running(
            checks: false,
            script: { call, _ in
                switch (kind, call.method, call.path.hasSuffix("security-credentials/")) {
                case (1, "PUT", _): refused
                case (_, "PUT", _): token
                case (0, _, _): none
                case (_, _, true): role
                default: old
                }
            }
        ) { responder in
            let found = try await outcome([
                "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": responder.url,
            ])
            switch kind {
            case 0: #expect(found == .failure(.notConfigured))
            case 1: #expect(found == .failure(.refused(.instance, status: 403)), "no way back to version 1")
            default:
                let expiry = try found.get().expiry ?? 0
                #expect((Self.now + 900 + 120...Self.now + 900 + 600).contains(expiry))
            }
        }
    }

    @Test("a source that begins to answer and then stalls ends by its time, and its connection with it")
    func stalled() async throws {
        let reply = ScriptedReply(status: 200, steps: [.bytes(Array(#"{"Code":"#.utf8)), .hang])
        try await BedrockResponder.running(checks: false, script: { _, _ in reply }) { responder in
            let container = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(responder.url)/v1/credentials"]
            _ = try await chain(container, patience: .milliseconds(300)) { chain in
                await #expect(throws: CredentialError.unreachable(.container)) { _ = try await chain.credentials() }
            }
            #expect((1...3).contains(responder.calls.count), "it is asked three times at most")
            let instance = [
                "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": responder.url,
            ]
            _ = try await chain(instance, patience: .milliseconds(300)) { chain in
                await #expect(throws: CredentialError.notConfigured) { _ = try await chain.credentials() }
            }
            for call in responder.calls { #expect(try await call.left(within: .seconds(10)) != nil) }
        }
    }
}
