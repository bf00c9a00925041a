/// The environment each program gets: as little as it needs.
///
/// Cloud credentials and proxies are for `chat` alone, the only program that talks to the outside.
struct ProgramEnvironment {
    /// The environment `gatehouse` was started with.
    let inherited: [String: String]
    /// What `gatehouse` sets for all, above what was inherited.
    let settings: [String: String]

    /// The whole environment of one program.
    func of(_ program: String) -> [String: String] {
        inherited.filter { name, _ in isPassed(name, to: program) }.merging(settings) { $1 }
    }

    private func isPassed(_ name: String, to program: String) -> Bool {
        if Self.forAll.contains(name) || name.hasPrefix("GATEHOUSE_") || name.hasPrefix("LC_") { return true }
        return program == "chat" && (name.hasPrefix("AWS_") || Self.proxies.contains(name.lowercased()))
    }

    private static let forAll: Set<String> = ["PATH", "HOME", "LANG", "TZ"]
    private static let proxies: Set<String> = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]
}
