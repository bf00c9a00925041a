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
