import Foundation
import Glibc

/// Finds the programs and their configuration files.
struct ProgramFiles: Equatable {
    /// The folder of the executables.
    let programs: String
    /// The folder of `gateway.yaml`, `userpool.yaml`, `chat.yaml`.
    let configuration: String

    /// - Parameters:
    ///   - executable: the absolute path of the running executable; the programs lie beside it.
    ///   - configurationFlag: `--config-dir`. Without it, `config` in `currentFolder`, else `config` in the nearest
    ///     folder above the executable that has one (a checkout).
    /// - Throws: when a program or a configuration file is missing.
    static func locate(
        names: [String], executable: String, configurationFlag: String?, currentFolder: String
    ) throws(OperationsError) -> ProgramFiles {
        let programs = File.folder(of: executable) ?? "/"
        for name in names where access("\(programs)/\(name)", X_OK) != 0 {
            throw OperationsError(
                "The program \(name) is missing beside \(executable). Build all programs: swift build -c release")
        }
        var candidates: [String] = []
        if let configurationFlag {
            candidates = [StateDirectory(path: configurationFlag).path]
        } else {
            candidates = ["\(currentFolder)/config"]
            var above = File.folder(of: programs)
            while let folder = above {
                candidates.append("\(folder)/config")
                above = File.folder(of: folder)
            }
        }
        guard let folder = candidates.first(where: { access("\($0)/gateway.yaml", R_OK) == 0 }) else {
            throw OperationsError(
                "No gateway.yaml in \(candidates[0]). Run this in a checkout, or name the folder: --config-dir DIR")
        }
        for name in names where access("\(folder)/\(name).yaml", R_OK) != 0 {
            throw OperationsError("\(folder)/\(name).yaml is missing or cannot be read. Restore it from the checkout.")
        }
        return ProgramFiles(programs: programs, configuration: folder)
    }

    /// The absolute path of the running executable, symbolic links resolved.
    static func runningExecutable() throws(OperationsError) -> String {
        do {
            return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        } catch {
            throw OperationsError("Cannot find the running executable: \(error). Mount /proc.")
        }
    }
}
