import Foundation

/// Files that take the place of others for one program alone, which runs with a mount table of its own: `/etc/hosts`, say, so that a name of
/// the internet leads to a server of the test's.
public enum StandIn {
    /// Whether this process may do so: root may, where containers do not forbid it.
    public static let isPossible: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: unshare)
        process.arguments = ["--mount", "/bin/true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// The program and arguments that start `executable` so.
    /// - Parameter files: the stand-in of each file, by its path.
    static func command(
        _ executable: String, _ arguments: [String], with files: [String: String]
    ) -> (executable: String, arguments: [String]) {
        guard !files.isEmpty else { return (executable, arguments) }
        // `exec` all along: the process keeps its id, and signals reach the program.
        let script = #"while [ "$1" != -- ]; do mount --bind "$2" "$1"; shift 2; done; shift; exec "$@""#
        return (
            unshare,
            ["--mount", "/bin/sh", "-ec", script, "sh"] + files.flatMap { [$0.key, $0.value] } + ["--", executable]
                + arguments
        )
    }

    private static let unshare = "/usr/bin/unshare"
}
