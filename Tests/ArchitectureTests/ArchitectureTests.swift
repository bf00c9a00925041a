import Testing

/// The rules of the design that a compiler does not check.
@Suite struct ArchitectureTests {
    private func sources() throws -> [SourceTree.File] {
        let sources = try SourceTree.files(below: "Sources")
        try #require(sources.count > 50, "the sources were not found")
        return sources
    }

    @Test func modulesImportOnlyWhatLiesBelowThem() throws {
        for file in try sources() where file.isSwift {
            guard let rule = ModuleRule.all[file.module] else { continue }
            for (imported, _) in file.imports {
                #expect(rule.imports.contains(imported), "\(file.path) may not import \(imported)")
            }
        }
    }

    @Test func everyModuleHasItsRuleAndEveryRuleItsModule() throws {
        #expect(Set(try sources().map(\.module)) == Set(ModuleRule.all.keys))
    }

    @Test func pureCoresAreGivenTimeRandomnessAndState() throws {
        let forbidden = [
            "SystemRandomNumberGenerator", ".random(", ".randomElement(", ".shuffled(", "ContinuousClock",
            "SuspendingClock", "Task.sleep", "Mutex<", "print(",
        ]
        let files = try sources().filter { $0.isSwift && ModuleRule.all[$0.module]?.kind == .pureCore }
        try #require(!files.isEmpty)
        for file in files {
            for (index, line) in file.lines.enumerated() where !line.drop(while: \.isWhitespace).hasPrefix("//") {
                for word in forbidden {
                    #expect(!line.contains(word), "\(file.path):\(index + 1) uses \(word); take it as an argument")
                }
            }
        }
    }

    /// Attack 51: a comparison that ends at the first difference tells a guesser how far he has come.
    @Test func secretsAreComparedInConstantTime() throws {
        // What is compared here is no secret of anybody who could guess: both sides are ours, or a hash of many random bits.
        let exceptions = [
            "Sources/Gateway/Audit/AuditLine.swift", "Sources/Gateway/Audit/AuditVerification.swift",
            "Sources/Gateway/Sessions/SlotTable.swift", "Sources/Gateway/Sessions/SessionIndex.swift",
            "Sources/Gateway/Sessions/Sealed/SessionSeal.swift", "Sources/Shared/AWSSignature/SignatureVerifier.swift",
            "Sources/UserPool/UserPoolServer/Routes/SignInRoutes.swift",
            "Sources/UserPool/UserPoolServer/Routes/RecoveryRoutes.swift",
            "Sources/UserPool/UserPoolStore/Users/UserPoolStore+Passwords.swift",
            "Sources/UserPool/UserPoolStore/Users/UserPoolStore+SignIn.swift",
        ]
        for file in try sources() where file.isSwift {
            for (index, line) in file.lines.enumerated() where Self.comparesSecrets(line) {
                #expect(
                    exceptions.contains(file.path),
                    "\(file.path):\(index + 1) compares a secret; take ConstantTime, or isValidAuthenticationCode")
            }
        }
    }

    @Test(
        "a comparison of secrets is recognised",
        arguments: [
            ("if token == expected {", true), ("guard given != cookie.csrfToken else", true),
            ("code.hash == hash(of: x)", true), ("x.passwordHash == y", true), ("a == verifier", true),
            ("token == nil", false), ("nil != state.nonce", false), ("status.code == 0", false),
            ("tokens.count == 3", false), ("// token == other", false), ("error.code == .invalidGrant", false),
        ])
    func secretComparisons(_ line: String, _ expected: Bool) {
        #expect(Self.comparesSecrets(Substring(line)) == expected)
    }

    private static func comparesSecrets(_ line: Substring) -> Bool {
        guard line.contains(" == ") || line.contains(" != "), !line.drop(while: \.isWhitespace).hasPrefix("//"),
            // Digests of this type are compared in constant time.
            !line.contains("SHA256.hash(data:")
        else { return false }
        let name = /(?i)\w*(?:secret|token|nonce|verifier|digest|hash|password|signature|challenge|mac|apikey)/
        return line.matches(of: /([\w.]+)(?:\([^()]*\))?\)? [=!]= \(?([\w.\[\]"]+)/).contains { match in
            let sides = [match.1, match.2]
            guard !sides.contains(where: { $0 == "nil" || $0.hasPrefix(".") || $0.first?.isNumber == true }) else {
                return false
            }
            return sides.contains { side in
                side.split(separator: ".").last.map { $0.wholeMatch(of: name) != nil } ?? false
            }
        }
    }

    /// Attack 45: whoever foresees a random number foresees a session.
    @Test func randomnessIsTheSystems() throws {
        let weak = ["drand48", "arc4random", "srand", " rand()", "random()", "SplitMix", "MersenneTwister", "GKRandom"]
        // How fast the built-in script types is no secret.
        let script = "Sources/Chat/Conversations/OfflineModel/"
        for file in try sources() where file.isSwift && !file.path.hasPrefix(script) {
            for (index, line) in file.lines.enumerated() where !line.drop(while: \.isWhitespace).hasPrefix("//") {
                for word in weak { #expect(!line.contains(word), "\(file.path):\(index + 1) uses \(word)") }
                guard line.contains(": RandomNumberGenerator") else { continue }
                Issue.record("\(file.path):\(index + 1) makes a generator of its own")
            }
        }
    }

    @Test func noTypeOfACLibraryLeavesItsWrapper() throws {
        let libraries = Set(ModuleRule.all.filter { $0.value.kind == .system }.keys)
        for file in try sources() where file.isSwift {
            for (imported, isPublic) in file.imports where libraries.contains(imported) {
                #expect(!isPublic, "\(file.path) imports \(imported) publicly")
            }
        }
    }

    @Test func filesStayReadable() throws {
        for file in try sources() + SourceTree.files(below: "Tests") where file.isSwift {
            #expect(file.lines.count < 800, "\(file.path) has \(file.lines.count) lines; split it")
        }
    }

    @Test func programsAreThin() throws {
        for file in try sources() where file.path.hasPrefix("Sources/Programs/") {
            #expect(file.lines.count <= 150, "\(file.path) has \(file.lines.count) lines; move its logic into a module")
        }
    }

    @Test func noTwoPathsDifferOnlyByCase() throws {
        var seen: [String: String] = [:]
        for folder in ["Sources", "Tests", "config", "docs", "certs"] {
            for file in try SourceTree.files(below: folder) {
                let other = seen.updateValue(file.path, forKey: file.path.lowercased())
                #expect(other == nil, "\(file.path) and \(other ?? "") are one file on some disks")
            }
        }
    }

    @Test(arguments: [
        ("import Foundation", "Foundation"), ("@testable import Operations", "Operations"),
        ("public import struct Foundation.Date", "Foundation"), ("    import Glibc  // sockets", "Glibc"),
        ("@preconcurrency internal import GRDB", "GRDB"), ("@_spi(Internals) import X", "X"),
    ])
    func importsAreRecognised(line: String, module: String) {
        #expect(SourceTree.File(path: "Sources/a/B/c.swift", text: line).imports.map(\.module) == [module])
    }

    @Test(arguments: ["// import Foundation", "let text = \"import Foundation\"", "important()"])
    func otherLinesAreNoImports(line: String) {
        #expect(SourceTree.File(path: "Sources/a/B/c.swift", text: line).imports.isEmpty)
    }
}
