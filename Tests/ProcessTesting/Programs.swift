import Foundation

/// Where the programs under test are.
public enum Programs {
    /// The folder with `gateway`, `userpool`, `chat` and `gatehouse`: `$GATEHOUSE_BIN`.
    public static let folder = ProcessInfo.processInfo.environment["GATEHOUSE_BIN"]

    /// Whether tests on real processes are to run. In CI they always do, and fail where the programs are missing.
    public static let areExpected = folder != nil || ProcessInfo.processInfo.environment["CI"] != nil

    /// Why tests are skipped.
    public static let skipMessage: StaticString = "set GATEHOUSE_BIN to the folder with the built programs"

    /// The path of a program.
    public static func path(_ name: String) throws -> String {
        guard let folder else { throw Failure("GATEHOUSE_BIN is not set; it names the folder with the built programs") }
        let path = URL(fileURLWithPath: folder).appendingPathComponent(name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("there is no program at \(path)")
        }
        return path
    }

    /// The checkout's root, the folder with Package.swift.
    public static let checkout: String = {
        var folder = URL(fileURLWithPath: #filePath)
        repeat {
            folder.deleteLastPathComponent()
        } while !FileManager.default.fileExists(
            atPath: folder.path + "/Package.swift")
        return folder.path
    }()
}

/// What went wrong in the harness itself, in one sentence.
public struct Failure: Error, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// Creates a failure.
    public init(_ description: String) { self.description = description }
}
