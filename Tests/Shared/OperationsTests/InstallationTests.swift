import Accounts
import Foundation
import Testing

@testable import Operations

@Suite struct InstallationTests {
    let folder = TemporaryFolder()
    var state: StateDirectory { StateDirectory(path: folder("state")) }

    private func prepare(_ environment: [String: String] = [:]) throws -> Installation {
        try Installation.prepare(state, environment: environment, now: Date())
    }

    @Test func theFirstStartMakesEverythingAndTheSecondChangesNothing() throws {
        let first = try prepare()
        #expect(first.userPoolID.wholeMatch(of: /local_[0-9A-Za-z]{9}/) != nil)
        #expect(first.clientID.wholeMatch(of: /[0-9a-z]{26}/) != nil)
        #expect(
            first.signer.wholeMatch(
                of: /arn:aws:elasticloadbalancing:local:000000000000:loadbalancer\/app\/gatehouse\/[0-9a-f]{16}/) != nil
        )
        #expect(try folder.text("state/secrets/client-secret").wholeMatch(of: /[0-9a-z]{52}/) != nil)
        #expect(try folder.text("state/secrets/admin-password") == first.newPassword)
        #expect(folder.mode("state/gatehouse.env") == 0o600)
        let second = try prepare()
        #expect(second.environment == first.environment)
        #expect(second.certificates == first.certificates)
        #expect(second.newPassword == nil)
    }

    @Test func thePasswordOfTheEnvironmentIsTakenOnceAndNeverShown() throws {
        let first = try prepare(["ADMIN_PASSWORD": "Correct-Horse-9"])
        #expect(first.newPassword == nil)
        #expect(try folder.text("state/secrets/admin-password") == "Correct-Horse-9")
        _ = try prepare(["ADMIN_PASSWORD": "Another-Horse-9"])
        #expect(try folder.text("state/secrets/admin-password") == "Correct-Horse-9")
    }

    @Test func aWeakPasswordIsRefusedAndNotKept() throws {
        #expect { try prepare(["ADMIN_PASSWORD": "short"]) } throws: { "\($0)".contains("at least 12 characters") }
        #expect(!FileManager.default.fileExists(atPath: folder("state/secrets/admin-password")))
    }

    @Test func theEnvironmentsIDsComeBeforeTheFiles() throws {
        let made = try prepare()
        let other = try prepare(["GATEHOUSE_CLIENT_ID": "other"])
        #expect(other.clientID == "other")
        #expect(other.userPoolID == made.userPoolID)
    }

    @Test func aMissingIDIsNamed() throws {
        _ = try prepare()
        try folder.write("state/gatehouse.env", "GATEHOUSE_USER_POOL_ID=local_abc\n")
        #expect { try prepare() } throws: { "\($0)".contains("GATEHOUSE_CLIENT_ID is missing") }
    }

    @Test func madePasswordsSatisfyThePolicy() {
        let made = (0..<500).map { _ in AdministratorPassword.make() }
        #expect(made.allSatisfy { $0.count >= 20 && AdministratorPassword.problem(with: $0) == nil })
        #expect(Set(made).count == made.count)
    }

    @Test(arguments: [
        ("Abcdefgh-12", "at least 12 characters"), ("ABCDEFGH-1234", "a lower case letter"),
        ("abcdefgh-1234", "an upper case letter"), ("Abcdefgh-ijkl", "a number"),
        ("Abcdefgh12345", "a special character"),
        ("Abcdefgh-123 ", "end with a space"), ("Abcdefgh-12\t3", "control character"),
    ])
    func whatIsWrongWithAPasswordIsSaid(password: String, problem: String) throws {
        #expect(try #require(AdministratorPassword.problem(with: password)).contains(problem))
    }

    @Test func aPassPhraseWithBlanksIsOneTheUserPoolTakes() {
        #expect(AdministratorPassword.problem(with: "Correct horse 42 battery") == nil)
        #expect(PasswordPolicy().assess("Correct horse 42 battery", username: "admin").isAcceptable)
    }

    @Test func whatAnOperatorHasWrittenBesideAConfigurationComesFirst() throws {
        let installation = try prepare()
        try FileManager.default.createDirectory(atPath: folder("etc"), withIntermediateDirectories: true)
        try folder.write("etc/gatehouse.env", "GATEHOUSE_CLIENT_ID=own\nDB=data/other.sqlite\n")
        let environment = try Installation.environment(
            in: state, besideConfiguration: folder("etc/userpool.yaml"))
        #expect(environment["GATEHOUSE_CLIENT_ID"] == "own" && environment["DB"] == "data/other.sqlite")
        #expect(environment["GATEHOUSE_USER_POOL_ID"] == installation.userPoolID)
        try folder.write("etc/chat.env", "no equals sign\n")
        #expect(throws: OperationsError.self) {
            try Installation.environment(in: state, besideConfiguration: folder("etc/chat.yaml"))
        }
        // What is the chat's, credentials above all, no other program's command reads.
        #expect(
            try Installation.environment(in: state, besideConfiguration: folder("etc/userpool.yaml")) == environment)
    }

    @Test func environmentFilesAreKeysAndValues() throws {
        let values = try EnvironmentFile.parse("# note\n\nA=1\r\nB_2=x=y z\n", path: "f")
        #expect(values == ["A": "1", "B_2": "x=y z"])
        #expect { try EnvironmentFile.parse("A=1\nnonsense\n", path: "f") } throws: { "\($0)".contains("f, line 2") }
        #expect(throws: OperationsError.self) { try EnvironmentFile.parse("=x", path: "f") }
    }

    @Test func aCheckoutsOwnStateHasItsCertificatesInTheCheckout() throws {
        let checkout = folder("checkout")
        try FileManager.default.createDirectory(atPath: checkout + "/certs", withIntermediateDirectories: true)
        func certificates(_ state: String, _ environment: [String: String] = [:]) -> String {
            HostRun.certificatesFolder(
                state: StateDirectory(path: state), environment: environment, currentFolder: checkout)
        }
        #expect(certificates(checkout + "/.gatehouse") == checkout + "/.gatehouse/certs")
        try folder.write("checkout/certs/README.md", "")
        #expect(certificates(checkout + "/.gatehouse") == checkout + "/certs")
        #expect(certificates("/srv/state") == "/srv/state/certs")
        #expect(certificates(checkout + "/.gatehouse", ["GATEHOUSE_CERTS": "/etc/certs"]) == "/etc/certs")
    }

    @Test func theAnnouncementSaysWhereEverythingIs() throws {
        let first = try prepare()
        let addresses = HostAddresses(appPort: 1, poolPort: 2, redirectPort: 3)
        let text = Announcement(installation: first, addresses: addresses, showsPassword: true).text
        let elsewhere = Announcement(installation: first, addresses: addresses, showsPassword: false).text
        let password = try #require(first.newPassword)
        for wanted in [
            "https://localhost:1 ", "https://localhost:2\n", "http://localhost:3 ", first.certificates.caFile, password,
            folder("state/secrets/admin-password"), "Ctrl-C",
        ] {
            #expect(text.contains(wanted))
        }
        #expect(!elsewhere.contains(password) && elsewhere.contains(folder("state/secrets/admin-password")))
        let second = Announcement(installation: try prepare(), addresses: addresses, showsPassword: true).text
        #expect(!second.contains(password))
        #expect(second.contains(folder("state/secrets/admin-password")))
    }

    @Test(arguments: [("/srv/ca.pem", "/srv/ca.pem"), ("/a b/ü", "'/a b/ü'"), ("it's", "'it'\\''s'"), ("", "''")])
    func pathsInCommandsAreQuotedWhereTheyMustBe(text: String, word: String) {
        #expect(Announcement.shellWord(text) == word)
    }
}
