import Foundation

/// The package's own files, as text.
struct SourceTree {
    struct File {
        /// The path below the package's folder: "Sources/Gateway/HTTP1/HeadParser.swift".
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var isSwift: Bool { path.hasSuffix(".swift") }

        /// The module a file below `Sources/` belongs to: "HTTP1".
        var module: String { String(path.split(separator: "/")[2]) }

        /// The names of the imported modules, with whether the import is `public`.
        var imports: [(module: String, isPublic: Bool)] {
            lines.compactMap { line in
                guard let match = line.wholeMatch(of: Self.importLine) else { return nil }
                return (String(match.module), line.contains("public import"))
            }
        }

        private static nonisolated(unsafe) let importLine =
            /\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(?<module>\w+)[\w.]*\s*(?:\/\/.*)?/
    }

    /// One file of the package, or nil.
    static func file(_ path: String) throws -> File? {
        let url = packageFolder.appending(path: path)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        return File(path: path, text: try String(contentsOf: url, encoding: .utf8))
    }

    /// The files below a folder of the package, in order of their paths.
    static func files(below folder: String) throws -> [File] {
        let root = packageFolder.appending(path: folder)
        guard let paths = FileManager.default.enumerator(atPath: root.path) else { return [] }
        return try paths.compactMap { $0 as? String }.sorted().compactMap { path in
            let url = root.appending(path: path)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { return nil }
            // What is not text (pictures, fuzzing corpora) has no lines and imports nothing.
            let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
            return File(path: "\(folder)/\(path)", text: text)
        }
    }

    private static let packageFolder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
}
