import Foundation
import ProcessTesting
import Testing

/// `gatehouse users` against a running pool.
@Suite(
    "gatehouse users", .serialized,
    .enabled(if: Programs.areExpected, "set GATEHOUSE_BIN to the folder with the built programs"),
    .timeLimit(.minutes(5)))
struct UsersCommandTests {
    private func users(
        _ arguments: [String], on host: Installation, input: String? = nil
    ) async throws -> Tool.Result {
        let command =
            [try Programs.path("gatehouse"), "users"] + arguments
            + ["--state", host.state, "--config", host.folder.file("config/userpool.yaml")]
        guard let input else { return try await Tool.run(command[0], Array(command.dropFirst())) }
        // A shell gives the command its standard input.
        let file = try host.folder.write(input, to: "input-\(UUID().uuidString)")
        return try await Tool.run("sh", ["-c", "exec \"$@\" < '\(file)'", "sh"] + command)
    }

    /// Another command than `users`.
    private func other(
        _ code: Int32, _ arguments: [String], on host: Installation, says text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await Tool.run(
            Programs.path("gatehouse"),
            arguments + ["--state", host.state, "--config", host.folder.file("config/userpool.yaml")])
        #expect(
            result.exitCode == code && result.output.contains(text),
            "\(arguments): \(result.exitCode) \(result.output)",
            sourceLocation: sourceLocation)
    }

    private func expect(
        _ code: Int32, _ arguments: [String], on host: Installation, input: String? = nil, says text: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await users(arguments, on: host, input: input)
        #expect(
            result.exitCode == code && (text.isEmpty || result.output.contains(text)),
            "\(arguments): \(result.exitCode) \(result.output)", sourceLocation: sourceLocation)
    }

    @Test("a user's life by the command, its exit codes, and a sign-in with what was made")
    func life() async throws {
        let host = try await Installation.start()
        do {
            let create = [
                "create", "ann", "--email", "ann@example.org", "--group", "staff", "--password-stdin", "--permanent",
            ]
            let password = "Command-Password-2025"
            try await expect(0, create + ["--if-missing"], on: host, input: password, says: "created")
            try await expect(
                0, create + ["--if-missing", "--group", "more"], on: host, input: password, says: "exists already")
            try await expect(4, create, on: host, input: password, says: "User account already exists")
            try await expect(
                1, ["create", "bob", "--password-stdin"], on: host, input: "short", says: "Password did not conform")
            try await expect(64, ["create", "bob"], on: host, says: "--password-stdin")
            try await expect(64, ["create", "bob", "--password-stdin"], on: host, input: "")
            try await expect(0, ["show", "ann"], on: host, says: "more, staff")
            try await expect(3, ["show", "nobody"], on: host, says: "User does not exist.")
            try await expect(0, ["list", "--filter", "email ^= \"ann@\""], on: host, says: "ann@example.org")

            let visitor = PoolSignIn(host)
            _ = try await visitor.submit(visitor.page(from: host.app + "/"), user: "ann", password: password)
            let me = try await visitor.browser(host.app + "/api/me")
            #expect(me.status == 200 && me.body.contains("ann"), "\(me)")

            let made = try await users(["create", "bob", "--json"], on: host)
            let document = try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any]
            #expect(
                (document?["Password"] as? String)?.count == 20
                    && document?["UserStatus"] as? String == "FORCE_CHANGE_PASSWORD")
            try await expect(0, ["disable", "bob"], on: host)
            try await expect(0, ["list", "--filter", "status = \"Disabled\""], on: host, says: "bob")
            try await expect(0, ["enable", "bob"], on: host)
            try await expect(
                0, ["reset", "bob", "--password-stdin", "--permanent"], on: host, input: "Another-Password-1\n")
            try await expect(0, ["groups", "create", "x", "--if-missing"], on: host, says: "created")
            try await expect(4, ["groups", "create", "x"], on: host)
            try await expect(3, ["groups", "add", "bob", "nothing"], on: host, says: "Group not found.")
            try await expect(0, ["groups", "add", "bob", "x"], on: host)
            try await expect(0, ["list", "--group", "x", "--json"], on: host, says: "\"Username\":\"bob\"")
            try await expect(0, ["mfa", "mode", "required"], on: host, says: "required")
            try await expect(0, ["mfa", "mode", "off"], on: host, says: "off")

            let file = host.folder.file("users.jsonl")
            try await expect(0, ["export", "--output", file], on: host, says: "3 users")
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            try await expect(1, ["export", "--output", file], on: host, says: "exists already")
            try await expect(0, ["delete", "bob"], on: host)
            try await expect(0, ["delete", "bob", "--if-exists"], on: host)
            try await expect(3, ["delete", "bob"], on: host)
            try await expect(0, ["import", file], on: host, says: "1 imported, 2 there already, 0 refused.")
            let table = try host.folder.write(
                "cognito:username,email,email_verified\ncarl,c@example.org,TRUE\n", to: "u.csv")
            try await expect(0, ["import", table], on: host, says: "1 imported")
            try await expect(0, ["show", "carl"], on: host, says: "RESET_REQUIRED")
            let broken = try host.folder.write("cognito:username,email\ncarl\n", to: "broken.csv")
            try await expect(1, ["import", broken], on: host, says: "line 2")
            let backup = host.folder.file("backup")
            try await other(0, ["backup", backup, "--with-secrets"], on: host, says: "2 databases are")
            try await other(1, ["backup", backup], on: host, says: "exists already")
            try await other(1, ["restore", backup], on: host, says: "already listening")
            for secret in [password, "Another-Password-1", "$scrypt$"] { #expect(!host.logs.contains(secret)) }
        } catch {
            Issue.record("\(error)\n\(host.logs)")
        }
        #expect(try await host.stop() == 0)
        let backup = host.folder.file("backup")
        try FileManager.default.removeItem(atPath: host.state + "/data/userpool.sqlite")
        try FileManager.default.createDirectory(
            atPath: host.folder.file("broken"), withIntermediateDirectories: true)
        _ = try host.folder.write("no database", to: "broken/userpool.sqlite")
        try await other(1, ["restore", host.folder.file("broken")], on: host, says: "Nothing was changed.")
        try await other(0, ["restore", backup], on: host, says: "2 databases are put back.")
        try await other(0, ["users", "unlock", "ann"], on: host, says: "may sign in again")
        let gone = try await users(["list"], on: host)
        #expect(gone.exitCode == 1 && gone.output.contains("gatehouse up"), "\(gone.output)")
    }
}
