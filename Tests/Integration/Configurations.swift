import ProcessTesting

/// The gateway configurations these tests use.
enum Configurations {
    /// One plain-text listener that forwards everything to `backend.sock`.
    static func forwarding(port: Int, attributes: String = "", listenerAttributes: String = "{}", rules: String = "[]")
        -> String
    {
        """
        Workers: 1
        \(attributes)
        TargetGroups: [{Name: backend, Targets: [{Socket: ../backend.sock}]}]
        Listeners:
          - Name: plain
            Protocol: HTTP
            Port: \(port)
            Attributes: \(listenerAttributes)
            Rules: \(rules)
            DefaultActions:
              - {Type: forward, ForwardConfig: {TargetGroupName: backend}}
        """
    }

    /// One TLS listener: `/public/*` for everybody, `/optional/*` and `/deny/*` named after what they do, `/moved/x` forwarded as `/x`, the rest
    /// signed in, `/tokenless/*` without the access token.
    static func signingIn(
        port: Int, issuer: String, attributes: String = "", listenerAttributes: String = "{}",
        authentication: String = ""
    ) -> String {
        func signIn(_ reaction: String) -> String {
            AppConfiguration.signIn(at: issuer, ", OnUnauthenticatedRequest: \(reaction)\(authentication)")
        }
        let forward = AppConfiguration.forward
        return AppConfiguration.text(
            port: port, attributes: attributes, listenerAttributes: listenerAttributes,
            rules: [
                AppConfiguration.rule(1, "/public/*", forward),
                AppConfiguration.rule(2, "/optional/*", signIn("allow"), forward),
                AppConfiguration.rule(3, "/deny/*", signIn("deny"), forward),
                AppConfiguration.rule(4, "/moved/*", movedFrom: "moved", forward),
                AppConfiguration.rule(5, "/tokenless/*", signIn("authenticate, SendAccessToken: false"), forward),
            ], otherwise: signIn("authenticate"), forward)
    }
}

/// A gateway on a plain-text listener and the backend behind it.
struct PlainGateway {
    let folder: TemporaryFolder
    let backend: StubServer
    let gateway: GatewayAlone

    init(
        attributes: String = "", listenerAttributes: String = "{}", rules: String = "[]",
        _ responder: @escaping StubServer.Responder = { _ in .text("ok") }
    ) async throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        backend = try StubServer(socket: folder.file("backend.sock"), responder)
        gateway = try await GatewayAlone(folder: folder) {
            Configurations.forwarding(
                port: $0[0], attributes: attributes, listenerAttributes: listenerAttributes, rules: rules)
        }
    }

    var origin: String { "http://localhost:\(gateway.port)" }

    /// Sends bytes on a connection of their own and returns everything that comes back until the gateway closes it.
    func exchange(_ request: String, within limit: Duration = .seconds(10)) async throws -> String {
        let connection = try await RawConnection.open(port: gateway.port)
        try await connection.write(request)
        return try await connection.readToEnd(within: limit)
    }

    func stop() async throws {
        backend.stop()
        _ = try await gateway.program.stop()
    }
}

/// A gateway that signs in at a provider under the test's control, and the backend behind it.
struct SigningGateway {
    let folder: TemporaryFolder
    let backend: StubServer
    let provider: ProviderStub
    let gateway: GatewayAlone

    /// - Parameter authentication: added to each `AuthenticateOidcConfig`, beginning with a comma.
    init(
        attributes: String = "", listenerAttributes: String = "{}", authentication: String = "",
        arguments: [String] = []
    ) async throws {
        try await self.init(arguments: arguments) {
            Configurations.signingIn(
                port: $0, issuer: $1, attributes: attributes, listenerAttributes: listenerAttributes,
                authentication: authentication)
        }
    }

    /// - Parameter configuration: made from the listener's port and the provider's issuer.
    init(arguments: [String] = [], _ configuration: (_ port: Int, _ issuer: String) -> String) async throws {
        let folder = try TemporaryFolder()
        let provider = try ProviderStub()
        self.folder = folder
        self.provider = provider
        backend = try StubServer(socket: folder.file("backend.sock"))
        gateway = try await GatewayAlone(folder: folder, arguments: arguments) {
            configuration($0[0], provider.issuer)
        }
    }

    var origin: String { "https://localhost:\(gateway.port)" }

    /// A browser with an empty cookie jar of its own.
    func browser() -> Curl {
        Curl(caFile: gateway.caFile, jar: folder.file("jar-\(UInt32.random(in: .min ... .max))"))
    }

    /// A browser that has signed in.
    func signedInBrowser() async throws -> Curl {
        let browser = browser()
        let answer = try await browser(origin + "/", "--location")
        guard answer.status == 200 else { throw Failure("sign-in failed: \(answer)\n\(gateway.program.log)") }
        backend.reset()
        return browser
    }

    /// The address the provider sends the browser back to; the browser has not gone there yet.
    func callback(_ browser: Curl, path: String = "/page?x=1") async throws -> String {
        let toProvider = try await browser(origin + path)
        guard toProvider.status == 302, let authorize = toProvider.value("location") else {
            throw Failure("no redirect to the provider: \(toProvider)\n\(gateway.program.log)")
        }
        guard let location = try await browser(authorize).value("location") else {
            throw Failure("the provider did not redirect")
        }
        return location
    }

    func stop() async throws {
        _ = try await gateway.program.stop()
    }
}

extension Curl.Answer {
    /// The session cookie this answer sets, if it sets one that is not empty.
    var sessionCookie: String? {
        values("set-cookie").first {
            $0.hasPrefix("AWSELBAuthSessionCookie-0=") && !$0.hasPrefix("AWSELBAuthSessionCookie-0=;")
        }
    }
}
