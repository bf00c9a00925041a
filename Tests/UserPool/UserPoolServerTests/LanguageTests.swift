import Accounts
import Logging
import Testing

@testable import UserPoolServer
@testable import UserPoolStore

/// A log that says nothing.
struct SilentLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.critical
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {}
}

@Suite("The pages' languages")
struct LanguageTests {
    @Test(
        "The first of ours that the browser prefers",
        arguments: [
            ("de", Language.german), ("de-AT,en;q=0.5", .german), ("fr, en-GB;q=0.8, de;q=0.9", .german),
            ("en;q=0.9,de;q=0.8", .english), ("fr", nil), ("", nil), ("de;q=0", nil), ("de;q=x, en;q=0.5", .german),
        ])
    func preferred(header: String, language: Language?) {
        #expect(Language(accept: header) == language)
    }

    @Test("The parameter decides, and is kept; then the browser's preference; else English")
    func request() async throws {
        let fixture = try await PoolFixture()
        try await fixture.test { browser in
            let query = PoolFixture.query
            #expect(try await browser.get("/login?\(query)").body.contains("<h1>Sign in</h1>"))
            let preferred = try await browser.get("/login?\(query)", headers: [.acceptLanguage: "de-CH"])
            #expect(preferred.body.contains("<h1>Anmelden</h1>") && preferred.body.contains("<html lang=\"de\">"))
            let asked = try await browser.get("/login?\(query)&lang=de")
            #expect(asked.body.contains("<label for=\"signInFormPassword\">Passwort</label>"))
            #expect(browser[cookie: "lang"] == "de")
            #expect(try await browser.get("/login?\(query)").body.contains("<h1>Anmelden</h1>"))
            #expect(try await browser.signIn("admin", "wrong").body.contains("Benutzername oder Passwort ist falsch."))
            #expect(try await browser.get("/signup").body.contains("Konten legt die Administration an"))
            #expect(try await browser.get("/none").body.contains("<dt>Anfrage</dt>"))
            #expect(try await browser.get("/login?\(query)&lang=en").body.contains("<h1>Sign in</h1>"))
            #expect(try await browser.get("/login?\(query)&lang=%22%3E").body.contains("<h1>Sign in</h1>"))
        }
    }

    @Test("Every rule for passwords is said in German, too")
    func rules() {
        let rules: [PasswordRule] =
            PasswordPolicy().rules + PasswordRule.CharacterClass.allCases.map(PasswordRule.contains)
        for rule in rules {
            #expect(Texts.requirement(rule)(.english) == rule.requirement)
            #expect(Texts.requirement(rule)(.german).hasPrefix("Das Passwort"))
        }
    }
}
