import Foundation
import Glibc

/// Amazon Cognito's addresses on this host: `cognito-idp.REGION.amazonaws.com` is moto, and a user pool's domain is ``CognitoDomain``.
///
/// Programs that are given ``standIns`` find them under their own names at port 443 of a loopback address, with a certificate that
/// ``authority`` vouches for. Nothing leaves the host.
public final class CognitoStandIn: Sendable {
    /// Where the pool is.
    public static let region = "eu-central-1"
    /// The prefix of its domain.
    public static let prefix = "my-chat"

    private static let api = "cognito-idp.\(region).amazonaws.com"
    private static let domain = "\(prefix).auth.\(region).amazoncognito.com"
    /// Loopback addresses are no scarce thing.
    private static let address = "127.\(Int.random(in: 64...127)).\(Int.random(in: 1...254)).\(Int.random(in: 1...254))"

    /// Whether there is a moto, and this process may give it Amazon's names.
    public static let isPossible =
        Moto.server != nil && Moto.program("aws") != nil && StandIn.isPossible && canListen

    /// What programs need to see instead of the host's own files.
    public let standIns: [String: String]
    /// PEM.
    public let authority: String

    private let folder: TemporaryFolder
    private let moto: Moto
    private let pages: CognitoDomain
    private let server: StubServer
    private let front: GatewayAlone

    /// Starts everything.
    public init() async throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        authority = folder.file("authority.pem")
        let hosts = "127.0.0.1 localhost\n::1 localhost\n\(Self.address) \(Self.api) \(Self.domain)\n"
        standIns = ["/etc/hosts": try folder.write(hosts, to: "hosts")]
        let moto = try await Moto(folder: folder, region: Self.region)
        let pages = CognitoDomain(moto: moto)
        self.moto = moto
        self.pages = pages
        server = try StubServer(socket: folder.file("domain.sock")) { pages.answer($0) }
        try await SelfSigned.make(
            key: folder.file("key.pem"), certificate: authority, subject: Self.api, hosts: [Self.api, Self.domain])
        // A gateway is what is at hand to tell two names apart behind TLS; the one under test is another.
        front = try await GatewayAlone(folder: folder) { [authority] ports in
            """
            Workers: 1
            TargetGroups:
              - {Name: api, Targets: [{Socket: \(moto.socket)}]}
              - {Name: domain, Targets: [{Socket: \(folder.file("domain.sock"))}]}
            Listeners:
              - Name: names
                Protocol: HTTPS
                Address: \(Self.address)
                Port: 443
                Certificates: [{CertificateFile: \(authority), KeyFile: \(folder.file("key.pem"))}]
                Rules:
                  - Priority: 1
                    Conditions: [{Field: host-header, Values: ["\(Self.api)"]}]
                    Actions: [{Type: forward, ForwardConfig: {TargetGroupName: api}}]
                DefaultActions: [{Type: forward, ForwardConfig: {TargetGroupName: domain}}]
              - Name: started
                Protocol: HTTP
                Port: \(ports[0])
                DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: 200}}]
            """
        }
    }

    /// Where the API is for everybody.
    public var endpoint: String { "https://\(Self.api)/" }

    /// The pool's domain.
    public var domainURL: String { "https://\(Self.domain)" }

    /// The refresh tokens that were given back.
    public var revoked: [String] { pages.revoked }

    /// Runs a shell script as somebody does who administers the pool, `aws` being on his `PATH`.
    /// - Returns: what it printed.
    public func run(script: String, in directory: String) async throws -> String {
        let file = try folder.write("cd '\(directory)'\n" + script, to: "script")
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let shell = try RunningProgram(
            executable: "/bin/bash", ["-euo", "pipefail", file],
            environment: [
                "PATH": path + ":" + Moto.folder, "AWS_CA_BUNDLE": authority, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "secret", "AWS_CONFIG_FILE": "/dev/null", "AWS_PAGER": "",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            ], standIns: standIns, logFile: folder.file("script.log"))
        let code = try await shell.exitCode(within: .seconds(180))
        guard code == 0 else { throw Failure("the script ended with \(code):\n\(shell.log)") }
        return shell.log
    }

    /// The pool whose domain it is, from now on.
    public func serve(pool: String) { pages.serve(pool: pool) }

    /// Seconds that an access token is said to live, from now on; moto's own live for an hour.
    public func set(tokenLife: Int) { pages.set(tokenLife: tokenLife) }

    /// A browser, or another client, that finds the domain.
    /// - Parameter caFile: the authority of whom else it talks to.
    public func browser(trusting caFile: String) throws -> Curl {
        let both = try [caFile, authority].map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
        let name = "browser-\(UInt32.random(in: .min ... .max))"
        return Curl(
            caFile: try folder.write(both, to: name + ".pem"), jar: folder.file(name),
            resolving: [Self.api, Self.domain].map { "\($0):443:\(Self.address)" })
    }

    /// Signs a user out everywhere, as an administrator does.
    public func signOutGlobally(_ user: String, pool: String) throws {
        _ = try moto.call("AdminUserGlobalSignOut", ["UserPoolId": pool, "Username": user])
    }

    /// A user's tokens without a browser, as programs get them.
    public func tokens(
        of user: String, password: String, pool: String, clientID: String, secret: String
    ) throws -> (access: String, id: String) {
        let answer = try moto.call(
            "AdminInitiateAuth",
            [
                "UserPoolId": pool, "ClientId": clientID, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                "AuthParameters": [
                    "USERNAME": user, "PASSWORD": password,
                    "SECRET_HASH": Moto.secretHash(user, clientID: clientID, secret: secret),
                ],
            ])
        let result = answer["AuthenticationResult"] as? [String: Any]
        guard let access = result?["AccessToken"] as? String, let id = result?["IdToken"] as? String else {
            throw Failure("no tokens for \(user)")
        }
        return (access, id)
    }

    /// Ends everything.
    public func stop() async throws {
        server.stop()
        _ = try await front.program.stop()
        try await moto.stop()
    }

    private static let canListen: Bool = {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(443).bigEndian
        guard inet_pton(AF_INET, address, &name.sin_addr) == 1 else { return false }
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }()
}
