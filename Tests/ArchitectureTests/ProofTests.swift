import Testing

/// What the documents say is proved by a test, is: the test exists.
@Suite struct ProofTests {
    @Test("every row of the load balancer's tables names a test or a row of README, and both exist")
    func rows() throws {
        let tests = try TestCatalog()
        let readme = try text("README.md")
        let rows = try table(in: text("docs/load-balancer-rows.md"))
        try #require(rows.count > 100)
        for row in rows {
            #expect(tests.missing(from: row[1]) == [], "\(row)")
            let quoted = row[1].matches(of: /README “(.+?)”/).map { $0.1 }
            for beginning in quoted {
                let isThere = readme.contains("\n| \(beginning)")
                #expect(isThere, "README has no row that begins with \(beginning)")
            }
            #expect(!quoted.isEmpty || !tests.named(in: row[1]).isEmpty, "nothing proves \(row)")
        }
    }

    @Test("every row of the user pool's refusals names a test or a row of its documentation, and both exist")
    func poolRows() throws {
        let tests = try TestCatalog()
        let documentation = try text("docs/user-pool.md")
        let rows = try table(in: text("docs/user-pool-rows.md"))
        try #require(rows.count > 80)
        for row in rows {
            #expect(tests.missing(from: row[1]) == [], "\(row)")
            let quoted = row[1].matches(of: /user-pool\.md “(.+?)”/).map { $0.1 }
            for beginning in quoted {
                let isThere = documentation.contains("\n| \(beginning)")
                #expect(isThere, "docs/user-pool.md has no row that begins with \(beginning)")
            }
            #expect(!quoted.isEmpty || !tests.named(in: row[1]).isEmpty, "nothing proves \(row)")
        }
    }

    @Test("every attack of the regression list names a test, a fuzz target or a reason, and no number is left out")
    func attacks() throws {
        let tests = try TestCatalog()
        let parts = try text("SECURITY.md").split(separator: "## Regression list")
        let rows = table(in: String(try #require(parts.last)))
        try #require(rows.count > 20)
        var numbers: Set<Int> = []
        for row in rows {
            #expect(tests.missing(from: row[1]) == [], "\(row)")
            #expect(
                !tests.named(in: row[1]).isEmpty || row[1].contains("fuzz target") || row[1].hasPrefix("none: "),
                "nothing proves \(row)")
            for span in row[0].matches(of: /(\d+)(?:–(\d+))?/) {
                let first = try #require(Int(span.1))
                numbers.formUnion(first...(span.2.flatMap { Int($0) } ?? first))
            }
        }
        // Those of TLS have tests of their own.
        let left = Set(1...110).subtracting(numbers)
        #expect(left.isEmpty, "no word on \(left.sorted())")
    }

    @Test("a test is found by its suite and its name, and by the dot that stands for the suite before")
    func catalog() throws {
        let tests = try TestCatalog()
        #expect(tests.missing(from: "`ProofTests.rows`, `.attacks`, `ProofTests`") == [])
        #expect(tests.missing(from: "`ProofTests.none`, `.rows`, `NoTests`") == ["ProofTests.none", "NoTests"])
        #expect(tests.named(in: "`OPTIONS` and `state`, but `ProofTests`") == ["ProofTests"])
    }

    private func text(_ path: String) throws -> String {
        try #require(try SourceTree.file(path)?.text, "\(path) is not there")
    }

    /// The cells of the rows of all tables, their heads left out.
    private func table(in text: String) -> [[String]] {
        var rows: [[String]] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("| ") else { continue }
            rows.append(line.dropFirst(2).dropLast(2).split(separator: " | ").map(String.init))
        }
        return rows.filter { $0.count == 2 && !["row", "attack"].contains($0[0]) }
    }
}

/// The tests of the package by name, as their sources have them.
struct TestCatalog {
    /// `Suite.test` and `Suite`.
    private let names: Set<String>

    init() throws {
        var names: Set<String> = []
        for file in try SourceTree.files(below: "Tests") where file.isSwift {
            var suite = ""
            var isTest = false
            for line in file.lines {
                if let type = line.firstMatch(of: Self.type) {
                    suite = String(type.name)
                    if suite.hasSuffix("Tests") { names.insert(suite) }
                }
                if line.drop(while: \.isWhitespace).hasPrefix("@Test") { isTest = true }
                if isTest, let test = line.firstMatch(of: Self.function) {
                    names.insert("\(suite).\(test.name)")
                    isTest = false
                }
            }
        }
        self.names = names
    }

    /// Every test and suite that a text names between back-ticks.
    func named(in text: String) -> [String] {
        var suite = ""
        return text.matches(of: Self.quoted).compactMap { match in
            if match.suite != nil { suite = String(match.suite ?? "") }
            guard match.suite != nil || match.test != nil else { return nil }
            return suite + (match.test.map { "." + $0 } ?? "")
        }
    }

    /// Those of them that do not exist.
    func missing(from text: String) -> [String] { named(in: text).filter { !names.contains($0) } }

    private static nonisolated(unsafe) let type =
        /^(?:@Suite(?:\(.*\))? )?(?:private |public |final )*(?:struct|class|enum|extension) (?<name>\w+)/
    private static nonisolated(unsafe) let function = /func `?(?<name>\w+)/
    private static nonisolated(unsafe) let quoted = /`(?<suite>[A-Z]\w*Tests)?(?:\.(?<test>\w+))?`/
}
