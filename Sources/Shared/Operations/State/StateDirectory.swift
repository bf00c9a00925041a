import Foundation
import Glibc

/// The folder everything made at run time lies in: secrets, databases, sockets, logs, certificates.
///
/// ```
/// gatehouse.env   ids of this installation, KEY=VALUE
/// secrets/        keys and passwords, files 0600
/// identity-keys/  public keys with which backends verify `x-amzn-oidc-data`
/// data/           databases
/// cache/          copies of what identity providers publish, files 0600
/// run/            sockets 0600, ready.json
/// logs/
/// certs/          local CA and leaf certificate, unless GATEHOUSE_CERTS names another folder
/// ```
public struct StateDirectory: Sendable, Hashable {
    /// The absolute path, without a trailing slash.
    public let path: String

    /// A state folder at `path`, which is taken relative to the current directory. Nothing is made yet.
    public init(path: String) {
        self.path = Self.absolute(path, relativeTo: FileManager.default.currentDirectoryPath)
    }

    /// The state folder of this run: the flag, else `$GATEHOUSE_HOME`, else `.gatehouse` in the current directory.
    public static func resolve(flag: String?, environment: [String: String]) -> StateDirectory {
        let home = environment["GATEHOUSE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return StateDirectory(path: flag ?? home ?? ".gatehouse")
    }

    /// Makes the folders that are missing, open to this user only.
    ///
    /// - Throws: when the folder cannot be made or written to, or when others may write to it.
    public func prepare() throws(OperationsError) {
        try File.makeFolder(path, mode: 0o700)
        try checkWritable()
        // The longest socket name decides whether the kernel can bind it (sun_path, unix(7)).
        try UnixSocket.checkLength(of: resolve("run/userpool-admin.sock"))
        for name in Self.folders {
            let folder = resolve(name)
            try File.makeFolder(folder, mode: 0o700)
            // Made by hand, or by an earlier umask: what lies in these folders is for this user only.
            guard chmod(folder, 0o700) == 0 else {
                throw .system(
                    "restrict the folder \(folder)", errno, hint: "Change its owner to the user who runs this.")
            }
        }
    }

    /// A path inside the state folder; an absolute path stays as it is.
    public func resolve(_ relative: String) -> String {
        Self.absolute(relative, relativeTo: path)
    }

    /// Where the local CA and the leaf certificate lie: `$GATEHOUSE_CERTS`, else `certs` in the state folder.
    public func certificatesDirectory(environment: [String: String]) -> String {
        guard let named = environment["GATEHOUSE_CERTS"], !named.isEmpty else { return resolve("certs") }
        return Self.absolute(named, relativeTo: FileManager.default.currentDirectoryPath)
    }

    private func checkWritable() throws(OperationsError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system("open the state folder \(path)", errno) }
        guard status.st_mode & 0o022 == 0 else {
            throw OperationsError(
                "Others may write to the state folder \(path). Choose a folder of your own, or run: chmod go-w '\(path)'"
            )
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw OperationsError(
                "The state folder \(path) cannot be written to. Choose another with --state DIR, or change its owner.")
        }
    }

    private static func absolute(_ path: String, relativeTo base: String) -> String {
        var result = path.hasPrefix("/") ? path : base + "/" + path
        // "./x" and "a/../b" would show up in messages and make equal folders unequal.
        result = URL(fileURLWithPath: result).standardized.path
        while result.count > 1 && result.hasSuffix("/") { result.removeLast() }
        return result
    }

    private static let folders = ["secrets", "identity-keys", "data", "run", "logs"]
}
