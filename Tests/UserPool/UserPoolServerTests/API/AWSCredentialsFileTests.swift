import AWSSignature
import Foundation
import Operations
import Testing

@testable import UserPoolServer

/// The administrators' keys.
@Suite struct AWSCredentialsFileTests {
    @Test("profiles, comments, blanks around names and values, and members of no interest")
    func reading() throws {
        let text = """
            # mine
            [default]
            aws_access_key_id = AKONE
            aws_secret_access_key=0123456789abcdef/+
            region = local

            ; a second
            [deploy]
              AWS_ACCESS_KEY_ID = AKTWO
              aws_secret_access_key = fedcba9876543210
            """
        let file = try AWSCredentialsFile(text, path: "f")
        #expect(
            file.profiles == [
                "default": SigningCredentials(accessKeyID: "AKONE", secretAccessKey: "0123456789abcdef/+"),
                "deploy": SigningCredentials(accessKeyID: "AKTWO", secretAccessKey: "fedcba9876543210"),
            ])
    }

    @Test(
        "what is wrong is said without what stands there",
        arguments: [
            "", "aws_access_key_id = A", "[default]\naws_access_key_id = A\n", "[default]\nsecretthing\n",
            "[default]\naws_access_key_id = A\naws_secret_access_key = secretthing\n", "[]\n", "[a]\n[a]\n",
            "[default]\naws_secret_access_key = secretthing-secretthing\n",
        ])
    func problems(text: String) {
        do {
            _ = try AWSCredentialsFile(text, path: "f")
            Issue.record("\(text) was taken")
        } catch {
            #expect("\(error)".contains("f") && !"\(error)".contains("secretthing"), "\(error)")
        }
    }

    @Test("made once, private, and the same for whoever asks next")
    func making() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let state = StateDirectory(path: folder)
        try state.prepare()
        let path = state.resolve(AWSCredentialsFile.defaultPath)
        let made = try AWSCredentialsFile.ensure(path, region: "local", in: state)
        #expect(try AWSCredentialsFile.ensure(path, region: "local", in: state).profiles == made.profiles)
        #expect(try AWSCredentialsFile.read(path).profiles == made.profiles)
        let key = try #require(made.profiles["default"])
        #expect(key.accessKeyID.hasPrefix("GATEHOUSE") && key.secretAccessKey.count == 40)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        chmod(path, 0o644)
        #expect(throws: OperationsError.self) { try AWSCredentialsFile.read(path) }
    }
}
