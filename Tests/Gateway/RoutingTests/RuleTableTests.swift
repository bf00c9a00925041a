import Routing
import Testing

@Suite("Rules are tried by priority; all conditions of a rule must hold")
struct RuleTableTests {
    private func rule(_ priority: Int?, paths: [String] = [], hosts: [String] = [], group: Int) throws -> ListenerRule {
        var conditions: [RuleCondition] = []
        if !paths.isEmpty {
            conditions.append(.pathPattern(try .wildcards(paths, .path)))
        }
        if !hosts.isEmpty {
            conditions.append(.hostHeader(try .wildcards(hosts, .caseInsensitive)))
        }
        return ListenerRule(
            priority: priority, conditions: conditions, authentication: nil, action: .forward(targetGroup: group))
    }

    private func group(_ table: RuleTable, host: String = "localhost", _ path: String) throws -> Int {
        let rule = table.rules[try table.match(host: Array(host.utf8), path: Array(path.utf8))]
        guard case .forward(let action) = rule.action else { return -1 }
        return action.only ?? -1
    }

    @Test("the lowest priority that matches wins, wherever it stood in the file; the default rule comes last")
    func priorities() throws {
        let table = RuleTable(
            rules: [
                try rule(20, paths: ["/a*"], group: 20), try rule(10, paths: ["/ab*"], group: 10),
                try rule(50_000, paths: ["*"], hosts: ["other"], group: 50),
            ], defaultRule: try rule(nil, group: 0))
        #expect(try group(table, "/abc") == 10)
        #expect(try group(table, "/ac") == 20)
        #expect(try group(table, "/x") == 0)
        #expect(try group(table, host: "OTHER", "/x") == 50)
        #expect(table.rules.map(\.priority) == [10, 20, 50_000, nil])
    }

    @Test("conditions are all needed, values are alternatives")
    func conditions() throws {
        let table = RuleTable(
            rules: [try rule(1, paths: ["/a", "/b"], hosts: ["x.test", "*.y.test"], group: 1)],
            defaultRule: try rule(nil, group: 0))
        #expect(try group(table, host: "x.test", "/a") == 1)
        #expect(try group(table, host: "w.y.test", "/b") == 1)
        #expect(try group(table, host: "x.test", "/c") == 0)
        #expect(try group(table, host: "y.test", "/a") == 0)
        #expect(try group(table, host: "", "/a") == 0)
    }

    @Test("a table with no rules answers with its default")
    func empty() throws {
        #expect(try group(RuleTable(rules: [], defaultRule: try rule(nil, group: 7)), "/") == 7)
    }

    @Test("a rule on a path never sees the query: peers' attack 1")
    func query() throws {
        let table = RuleTable(
            rules: [try rule(1, paths: ["/api/*/status"], group: 1)], defaultRule: try rule(nil, group: 0))
        let target = Array("/api/secret?x=/status".utf8)
        let path = try #require(target.matchedPath)
        #expect(try table.match(path: path) == 1)
        #expect(table.rules[1].priority == nil)
    }
}
