import ArgumentParser
import Foundation
import Operations

/// `gatehouse init`.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the state folder without starting anything.",
        discussion: """
            Makes the ids, secrets and certificates that are missing and leaves what is there as it is. \
            "gatehouse up" does the same at its start.
            """)

    @OptionGroup var state: StateOptions

    func run() throws {
        var environment = ProcessInfo.processInfo.environment
        let state = state.resolve(environment)
        environment["GATEHOUSE_CERTS"] = HostRun.certificatesFolder(
            state: state, environment: environment, currentFolder: FileManager.default.currentDirectoryPath)
        let installation = try Installation.prepare(state, environment: environment, now: Date())
        print("State folder   \(state.path)")
        print("User pool id   \(installation.userPoolID)")
        print("Client id      \(installation.clientID)")
        print("CA to trust    \(installation.certificates.caFile)")
        print("Administrator  \(Installation.administrator), password in \(installation.passwordFile)")
        // Anywhere but on a terminal it would stay: in a journal, in a log of a build.
        if let password = installation.newPassword, isatty(STDOUT_FILENO) == 1 {
            print("Password       \(password)   (made just now, shown only this once)")
        }
    }
}
