import Foundation
import Glibc
import Testing

@testable import Operations

@Suite struct SecretTests {
    let folder = TemporaryFolder()
    var state: StateDirectory { StateDirectory(path: folder.path) }

    @Test func aSecretIsMadeOnceAndKept() throws {
        try state.prepare()
        let first = try state.secret("session-key") { Array("one".utf8) }
        let second = try state.secret("session-key") {
            Issue.record("made again")
            return Array("two".utf8)
        }
        #expect(first == Array("one".utf8))
        #expect(second == first)
        #expect(folder.mode("secrets/session-key") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("secrets")) == ["session-key"])
    }

    @Test func aSecretInAFolderOfItsOwn() throws {
        try state.prepare()
        _ = try state.secret("userpool/key.pem") { [1] }
        #expect(folder.mode("secrets/userpool") == 0o700)
        #expect(folder.mode("secrets/userpool/key.pem") == 0o600)
    }

    @Test func ofManyAtOnceOneMakesItAndAllGetIt() async throws {
        try state.prepare()
        let state = state
        for round in 0..<20 {
            let seen = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<16 { group.addTask { try state.secret("race-\(round)") { RandomText.bytes(32) } } }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(seen.count == 1)
        }
    }

    @Test func aSecretOthersMayReadIsRefused() throws {
        try state.prepare()
        try folder.write("secrets/leaky", "x", mode: 0o640)
        #expect { try state.secret("leaky") { [1] } } throws: { "\($0)".contains("chmod 600") }
    }

    @Test func anEmptySecretIsRefusedAndNotReplaced() throws {
        try state.prepare()
        try folder.write("secrets/empty", "")
        #expect { try state.secret("empty") { [1] } } throws: { "\($0)".contains("is empty") }
        #expect(try folder.text("secrets/empty") == "")
        try folder.write("secrets/blank", " \n")
        #expect { try state.secretText("blank") { "x" } } throws: { "\($0)".contains("is empty") }
    }

    @Test func aSymbolicLinkIsNotFollowed() throws {
        try state.prepare()
        try folder.write("elsewhere", "x")
        symlink(folder("elsewhere"), folder("secrets/link"))
        #expect(throws: OperationsError.self) { try state.secret("link") { [1] } }
    }

    @Test func anEditorsNewlineIsNotPartOfAPassword() throws {
        try state.prepare()
        try folder.write("secrets/admin-password", "Correct-Horse-9\n")
        #expect(try state.secretText("admin-password") { "" } == "Correct-Horse-9")
    }

    @Test func randomTextUsesTheWholeAlphabetAndNothingElse() {
        let text = RandomText.make(4000, from: RandomText.lettersAndDigits)
        #expect(text.count == 4000)
        #expect(Set(text) == Set(RandomText.lettersAndDigits))
        #expect(
            RandomText.make(52, from: RandomText.lowerCaseAndDigits)
                != RandomText.make(52, from: RandomText.lowerCaseAndDigits))
        #expect(RandomText.bytes(32).count == 32)
    }
}
