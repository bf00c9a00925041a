import Crypto
import Foundation
import ProcessTesting
import Testing

@Suite(
    "The user pool's pages in a real browser", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(5)))
struct PoolPagesTests {
    @Test(
        "a forgotten and a temporary password, an authenticator app set up, its code and a recovery code; in German; by keyboard"
    )
    func wholeWay() async throws {
        let mails = try TemporaryFolder()
        let host = try await Installation.start(changing: [
            ("userpool.yaml", "  MfaConfiguration: OFF", "  MfaConfiguration: ON"),
            (
                "userpool.yaml", "  AliasAttributes: []",
                """
                  AliasAttributes: [email]
                  Mail:
                    Command: [/usr/bin/tee, -a, \(mails.file("mail"))]
                    From: pool@example.org
                """
            ),
        ])
        do {
            let browser = try await Chromium.start(trusting: host.ready.caFile)
            let window = browser.window
            do {
                let password = try await forgottenPassword(window, host, mails: mails.file("mail"))
                let codes = try await setUp(window, host, password)
                try await recoveryCode(window, host, password, codes)
                try await temporaryPassword(window, host)
                try await german(window, host, password)
                try await errors(window, host)
            } catch {
                let place = (try? await window.url) ?? "?"
                Issue.record("at \(place): \(error)\nconsole: \((try? await window.console()) ?? [])")
                try? await window.keepPicture("failure")
            }
            try await browser.stop()
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }

    @Test("the pages that end something: signed out, refused, locked; a new password with what else is required")
    func otherPages() async throws {
        let host = try await Installation.start(changing: [
            ("userpool.yaml", "  RequiredAttributes: []", "  RequiredAttributes: [name, phone_number]")
        ])
        do {
            let browser = try await Chromium.start(trusting: host.ready.caFile)
            let window = browser.window
            do {
                try await requiredAttributes(window, host)
                try await signedOut(window, host)
                try await refusals(window, host)
                let errors = try await window.console().filter {
                    $0.level == "SEVERE" && !$0.message.contains(" status of 4")
                }
                #expect(errors.isEmpty, "\(errors)")
            } catch {
                let place = (try? await window.url) ?? "?"
                Issue.record("at \(place): \(error)")
                try? await window.keepPicture("failure-other")
            }
            try await browser.stop()
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
    }

    private func requiredAttributes(_ window: WebDriver, _ host: Installation) async throws {
        let made = try await Tool.run(
            "sh",
            [
                "-c",
                "printf %s Ben-Temporary-1 | '\(try Programs.path("gatehouse"))' users create ben --email b@example.org"
                    + " --password-stdin --state '\(host.state)'",
            ])
        #expect(made.exitCode == 0, "\(made.output)")
        try await signIn(window, host, "ben", "Ben-Temporary-1")
        let name = try await window.element("#attribute_name")
        try await window.keepPictures("pool-new-password-attributes")
        try await window.type("Ben Example", into: name)
        try await window.type("555", into: window.element("#attribute_phone_number"))
        try await window.type("Long-enough-and-1", into: window.element("#new_password"))
        try await window.type("Long-enough-and-1\n", into: window.element("#confirm_password"))
        _ = try await window.element("[role=alert]")
        try await window.expectAccessible("a phone number that is none")
        try await window.keepPicture("pool-new-password-attributes-wrong")
        let again = "document.querySelector('#attribute_phone_number').value = ''; return ''"
        _ = try await window.text(of: again)
        try await window.type("+15550100", into: window.element("#attribute_phone_number"))
        try await window.type("Long-enough-and-1", into: window.element("#new_password"))
        try await window.type("Long-enough-and-1\n", into: window.element("#confirm_password"))
        _ = try await window.element("#composer")
        try await window.click(window.element("#sign-out"))
        _ = try await window.element("#signInFormPassword")
    }

    /// The pool's own last page, which a client sees that names no address to go to.
    private func signedOut(_ window: WebDriver, _ host: Installation) async throws {
        let visitor = PoolSignIn(host)
        let callback = host.app + "/oauth2/idpresponse"
        let form = try await visitor.page(
            from: origin(host) + "/oauth2/authorize?response_type=code&scope=openid&client_id=\(host.ready.clientId)"
                + "&redirect_uri=\(callback)")
        let fields =
            form.hidden.map { "\($0.name)=\($0.value)" } + ["username=\(host.user)", "password=\(host.password)"]
        let answer = try await visitor.browser.run(form.action, fields.flatMap { ["--data-urlencode", $0] })
        let code = try #require(answer.value("location")?.split(separator: "code=").last, "\(answer)")
        let secret = try String(contentsOfFile: host.state + "/secrets/client-secret", encoding: .utf8)
        let tokens = try await visitor.browser(
            origin(host) + "/oauth2/token", "--user",
            "\(host.ready.clientId):\(secret.trimmingCharacters(in: .whitespacesAndNewlines))", "--data",
            "grant_type=authorization_code&code=\(code)&redirect_uri=\(callback)")
        let token = try #require(tokens.body.firstMatch(of: /"id_token":"([^"]+)"/), "\(tokens)").1
        try await window.go(to: origin(host) + "/logout?id_token_hint=\(token)")
        #expect(try await window.text(of: "return document.querySelector('h1').textContent") == "You are signed out")
        try await window.keepPictures("pool-signed-out")
        try await window.go(to: origin(host) + "/logout?id_token_hint=\(token)&lang=de")
        try await window.keepPicture("pool-signed-out-german")
    }

    private func refusals(_ window: WebDriver, _ host: Installation) async throws {
        for (name, path) in [
            ("pool-error", "/error?error=redirect_mismatch"), ("pool-start", "/"), ("pool-not-found", "/nothing"),
            ("pool-sign-up", "/signup"), ("pool-no-mail", "/forgotPassword?client_id=\(host.ready.clientId)"),
            ("pool-no-sign-out", "/logout?client_id=\(host.ready.clientId)"),
        ] {
            try await window.go(to: origin(host) + path)
            try await window.keepPictures(name)
        }
        for _ in 1...5 {
            try await signIn(window, host, host.user, "Wrong-Password-1")
            _ = try await window.element("[role=alert]")
        }
        try await window.expectAccessible("a wrong password")
        try await signIn(window, host, host.user, "Wrong-Password-1")
        _ = try await window.element("[role=alert]")
        try await window.keepPictures("pool-locked")
        // A form without this browser's token, as after cookies were deleted.
        try await window.go(to: host.app + "/")
        _ = try await window.element("#signInFormPassword")
        _ = try await window.text(of: "document.querySelector('[name=_csrf]').value = 'x'; return ''")
        try await window.type("nobody", into: window.element("#signInFormUsername"))
        try await window.type("x\n", into: window.element("#signInFormPassword"))
        _ = try await eventually("the refusal") {
            try await window.text(of: "return document.querySelector('h1').textContent").contains("verified")
                ? true : nil
        }
        try await window.keepPictures("pool-not-verified")
    }

    private func origin(_ host: Installation) -> String {
        host.ready.poolURL.hasSuffix("/") ? String(host.ready.poolURL.dropLast()) : host.ready.poolURL
    }

    /// Chooses another password with a code that comes by mail.
    private func forgottenPassword(_ window: WebDriver, _ host: Installation, mails: String) async throws -> String {
        try await window.go(to: host.app + "/")
        _ = try await window.element("#signInFormUsername")
        try await window.keepPictures("pool-sign-in")
        try await window.click(window.element("a[href^='/forgotPassword']"))
        let name = try await window.element("form[name=forgotpasswordform] #username")
        try await window.keepPictures("pool-forgot-password")
        try await window.type("admin\n", into: name)
        let field = try await window.element("#forgot_password_code")
        try await window.keepPictures("pool-reset-password")
        let code = try await eventually("the mail") {
            let text = (try? String(contentsOfFile: mails, encoding: .utf8)) ?? ""
            return text.firstMatch(of: /is ([0-9]{6})/).map { String($0.1) }
        }
        try await window.type(code, into: field)
        try await window.type("weak", into: window.element("#new_password"))
        try await window.type("weak\n", into: window.element("#confirm_password"))
        _ = try await window.element("[role=alert]")
        try await window.expectAccessible("a weak password")
        #expect(try await window.text(of: "return document.title").hasPrefix("Error: "))
        try await window.keepPicture("pool-reset-password-weak")
        let password = "Another-Horse-8-Battery"
        try await window.type(code, into: window.element("#forgot_password_code"))
        try await window.type(password, into: window.element("#new_password"))
        try await window.type(password + "\n", into: window.element("#confirm_password"))
        _ = try await window.element("[role=status]")
        try await window.expectAccessible("sign in after a reset")
        return password
    }

    private func signIn(_ window: WebDriver, _ host: Installation, _ name: String, _ password: String) async throws {
        try await window.go(to: host.app + "/")
        try await window.type(name, into: window.element("#signInFormUsername"))
        // Enter sends the form: no mouse is needed.
        try await window.type(password + "\n", into: window.element("#signInFormPassword"))
    }

    private func setUp(_ window: WebDriver, _ host: Installation, _ password: String) async throws -> [String] {
        try await signIn(window, host, "admin", password)
        _ = try await window.element("form[name=mfaSetupForm]")
        try await window.keepPictures("pool-set-up")
        try await window.type("000000\n", into: window.element("#mfa_code"))
        _ = try await window.element("[role=alert]")
        try await window.expectAccessible("a wrong first code")
        let secret = try await window.text(of: "return document.querySelector('#secretKey').textContent")
        try await window.type("Phone", into: window.element("#device_name"))
        try await window.type(code(secret) + "\n", into: window.element("#mfa_code"))
        _ = try await window.element(".codes li")
        try await window.keepPictures("pool-recovery-codes")
        let codes = try await window.text(
            of: "return Array.from(document.querySelectorAll('.codes li')).map(e => e.textContent).join(' ')")
        try await window.click(window.element("a.button"))
        _ = try await window.element("#composer")
        return codes.split(separator: " ").map(String.init)
    }

    private func recoveryCode(
        _ window: WebDriver, _ host: Installation, _ password: String, _ codes: [String]
    ) async throws {
        try await window.click(window.element("#sign-out"))
        _ = try await window.element("#signInFormPassword")
        // By the verified address, which is an alias here.
        try await signIn(window, host, "admin@localhost", password)
        _ = try await window.element("form[name=mfaForm]")
        try await window.keepPictures("pool-code")
        try await window.type("12345\n", into: window.element("#mfa_code"))
        _ = try await window.element("[role=alert]")
        try await window.expectAccessible("a wrong code")
        try await window.keepPicture("pool-code-wrong")
        try await window.type(try #require(codes.first) + "\n", into: window.element("#mfa_code"))
        _ = try await window.element("#composer")
    }

    /// Replaces the temporary password of a user made by the administrator, and meets the required factor.
    private func temporaryPassword(_ window: WebDriver, _ host: Installation) async throws {
        let password = "Ann-Temporary-1"
        let made = try await Tool.run(
            "sh",
            [
                "-c",
                "printf %s \(password) | '\(try Programs.path("gatehouse"))' users create ann --email a@example.org"
                    + " --password-stdin --state '\(host.state)'",
            ])
        #expect(made.exitCode == 0, "\(made.output)")
        try await window.click(window.element("#sign-out"))
        _ = try await window.element("#signInFormPassword")
        try await signIn(window, host, "ann", password)
        _ = try await window.element("form[name=changePasswordForm]")
        try await window.keepPictures("pool-new-password")
        try await window.type("Long-enough-but-1", into: window.element("#new_password"))
        try await window.type("different\n", into: window.element("#confirm_password"))
        _ = try await window.element("[role=alert]")
        try await window.expectAccessible("two passwords")
        try await window.type("Long-enough-and-1", into: window.element("#new_password"))
        try await window.type("Long-enough-and-1\n", into: window.element("#confirm_password"))
        _ = try await window.element("form[name=mfaSetupForm]")
    }

    private func german(_ window: WebDriver, _ host: Installation, _ password: String) async throws {
        try await window.go(to: host.app + "/")
        _ = try await window.element("#signInFormPassword")
        try await window.go(to: window.url + "&lang=de")
        #expect(try await window.text(of: "return document.documentElement.lang") == "de")
        #expect(try await window.text(of: "return document.querySelector('h1').textContent") == "Anmelden")
        try await window.keepPictures("pool-sign-in-german")
        // The language is kept for the next visit.
        try await signIn(window, host, "admin", "wrong")
        _ = try await window.element("[role=alert]")
        #expect(
            try await window.text(of: "return document.querySelector('[role=alert]').textContent")
                .contains("Benutzername oder Passwort ist falsch."))
    }

    private func errors(_ window: WebDriver, _ host: Installation) async throws {
        try await window.go(to: origin(host) + "/error?error=redirect_mismatch&lang=de")
        try await window.expectAccessible("an error in German")
        #expect(try await window.text(of: "return document.documentElement.lang") == "de")
    }

    /// The code an authenticator app shows for a secret in base 32 (RFC 6238).
    private func code(_ secret: String) -> String {
        var (bits, value, key) = (0, 0, [UInt8]())
        for character in secret.utf8 where character > 0x20 {
            value = (value << 5 | Int(character >= 65 ? character - 65 : character - 24)) & 0xFFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                key.append(UInt8(truncatingIfNeeded: value >> bits))
            }
        }
        let step = UInt64(Date().timeIntervalSince1970) / 30
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let digest = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: key)))
        let offset = Int(digest[19] & 15)
        let number = digest[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        return String(String(number % 1_000_000 + 1_000_000).dropFirst())
    }
}
