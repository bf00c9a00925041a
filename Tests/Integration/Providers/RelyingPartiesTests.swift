import Foundation
import ProcessTesting
import Testing

@Suite(
    "Other teams' relying parties sign in at the pool", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(5)))
struct RelyingPartiesTests {
    @Test("authlib: discovery, code with PKCE, keys, ID token, userInfo, refresh, revocation")
    func authlib() async throws {
        let host = try await Installation.start()
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let secret = try String(contentsOfFile: host.state + "/secrets/client-secret", encoding: .utf8)
        let result = try await Tool.run(
            "python3",
            [
                Programs.checkout + "/Tests/Integration/Tools/authlib_sign_in.py", host.ready.poolURL,
                host.ready.caFile, host.ready.userPoolId, host.ready.clientId,
                secret.trimmingCharacters(in: .whitespacesAndNewlines), host.app + "/oauth2/idpresponse", host.user,
                host.password,
            ], environment: ["PATH": Programs.checkout + "/.build/test-tools/bin:" + path])
        #expect(result.exitCode == 0, "\(result.output)\n\(host.logs)")
        #expect(try await host.stop() == 0)
    }

    @Test(
        "Apache with mod_auth_openidc: a sign-in at the pool's page ends in the protected page, a sign-out in asking again",
        .enabled(if: Apache.isThere, "config/setup.sh --tests brings libapache2-mod-auth-openidc"))
    func apache() async throws {
        let port = try freePort()
        let origin = "http://localhost:\(port)"
        let redirect = "    - https://127.0.0.1:${GATEHOUSE_HTTPS_PORT:-8443}/oauth2/idpresponse"
        let signedOut = "    - https://127.0.0.1:${GATEHOUSE_HTTPS_PORT:-8443}/\n"
        let host = try await Installation.start(changing: [
            ("userpool.yaml", redirect, "\(redirect)\n    - \(origin)/secret/callback"),
            ("userpool.yaml", signedOut, "\(signedOut)    - \(origin)/open.html\n"),
        ])
        do {
            let apache = try await Apache(port: port, host)
            do {
                let visitor = PoolSignIn(host)
                #expect(try await visitor.browser(origin + "/open.html").status == 200)
                let page = try await visitor.submit(
                    visitor.page(from: origin + "/secret/"), user: host.user, password: host.password)
                #expect(
                    page.status == 200 && page.body.contains("REMOTE_USER is \(host.user)."), "\(page)\n\(apache.log)")
                let again = try await visitor.browser(origin + "/secret/")
                #expect(
                    again.status == 200 && again.body.contains("REMOTE_USER is \(host.user)."), "a session of Apache's")
                let stranger = try await PoolSignIn(host).browser(origin + "/secret/")
                #expect(stranger.value("location")?.hasPrefix(host.ready.poolURL) == true, "\(stranger)")

                let target = FormText.encode(origin + "/open.html")
                let out = try await visitor.browser(origin + "/secret/callback?logout=\(target)", "--location")
                #expect(out.status == 200 && out.body.contains("Everybody reads this."), "\(out)\n\(host.logs)")
                // Neither Apache nor the pool knows the browser any more.
                _ = try await visitor.page(from: origin + "/secret/")
            } catch {
                Issue.record("\(error)\n\(apache.log)")
            }
            _ = try await apache.stop()
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }
}

/// Apache with a protected folder, in a folder of the test's own.
private final class Apache: Sendable {
    private static let program = "/usr/sbin/apache2"
    private static let modules = "/usr/lib/apache2/modules"
    static let isThere = FileManager.default.fileExists(atPath: modules + "/mod_auth_openidc.so")

    private let folder: TemporaryFolder
    private let server: RunningProgram

    init(port: Int, _ host: Installation) async throws {
        folder = try TemporaryFolder()
        let files = FileManager.default
        for name in ["open", "open/secret"] {
            try files.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        try folder.write("Everybody reads this.\n", to: "open/open.html")
        try folder.write("REMOTE_USER is <!--#echo var=\"REMOTE_USER\" -->.\n", to: "open/secret/index.html")
        try files.copyItem(atPath: host.ready.caFile, toPath: folder.file("ca.pem"))
        // Started by root it serves as somebody else, who has to read all this.
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        let secret = try String(contentsOfFile: host.state + "/secrets/client-secret", encoding: .utf8)
        let configuration = try folder.write(
            Self.configuration(
                folder: folder, port: port, host, secret: secret.trimmingCharacters(in: .whitespacesAndNewlines)),
            to: "apache.conf")
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: configuration)
        // Test processes block signals in their threads, children inherit that, and Apache would never see its SIGTERM.
        let unblock =
            "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv(sys.argv[1], sys.argv[1:])"
        server = try RunningProgram(
            executable: "/usr/bin/env",
            ["python3", "-c", unblock, Self.program, "-d", folder.path, "-f", configuration, "-DFOREGROUND"],
            logFile: folder.file("output"))
        _ = try await eventually("Apache's port", within: .seconds(20)) { [self] in
            guard server.isRunning else { throw Failure("Apache ended early:\n\(log)") }
            return isListening(port) ? true : nil
        }
    }

    var log: String {
        server.log + ((try? String(contentsOfFile: folder.file("error.log"), encoding: .utf8)) ?? "")
    }

    func stop() async throws -> Int32 { try await server.stop() }

    private static func configuration(
        folder: TemporaryFolder, port: Int, _ host: Installation, secret: String
    ) -> String {
        let names = ["mpm_event", "authn_core", "authz_core", "authz_user", "mime", "dir", "filter", "include"]
        let pool = host.ready.poolURL.hasSuffix("/") ? String(host.ready.poolURL.dropLast()) : host.ready.poolURL
        return names.map { "LoadModule \($0)_module \(modules)/mod_\($0).so\n" }.joined() + """
            LoadModule auth_openidc_module \(modules)/mod_auth_openidc.so
            ServerName localhost
            Listen 127.0.0.1:\(port)
            User nobody
            Group nogroup
            PidFile \(folder.file("pid"))
            DefaultRuntimeDir \(folder.path)
            Mutex file:\(folder.path)
            ErrorLog \(folder.file("error.log"))
            LogLevel info
            DocumentRoot \(folder.file("open"))
            DirectoryIndex index.html
            TypesConfig /dev/null
            AddType text/html .html
            OIDCProviderMetadataURL \(pool)/\(host.ready.userPoolId)/.well-known/openid-configuration
            OIDCCABundlePath \(folder.file("ca.pem"))
            OIDCClientID \(host.ready.clientId)
            OIDCClientSecret \(secret)
            OIDCRedirectURI http://localhost:\(port)/secret/callback
            OIDCCryptoPassphrase \(UInt64.random(in: .min ... .max))
            OIDCScope "openid email"
            OIDCPKCEMethod S256
            OIDCRemoteUserClaim cognito:username
            <Location /secret/>
                AuthType openid-connect
                Require valid-user
                Options +Includes
                SetOutputFilter INCLUDES
            </Location>
            """
    }
}
