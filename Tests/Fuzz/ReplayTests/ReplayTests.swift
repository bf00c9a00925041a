import Foundation
import FuzzProperties
import TestSupport
import Testing

@Suite("What fuzzers began with and what they found holds, in every run of the tests", .ownThread)
struct ReplayTests {
    @Test("seeds and finds", arguments: FuzzTarget.allCases)
    func replay(_ target: FuzzTarget) throws {
        let seeds = try inputs("Seeds", of: target)
        #expect(seeds.count >= 4, "there are seeds for \(target.rawValue)")
        for (name, input) in try seeds + inputs("Regressions", of: target) {
            #expect(target.contradiction(in: input) == nil, "\(name)")
            // Whatever holds for an input holds for its beginnings.
            for end in 0..<min(input.count, 256) {
                #expect(target.contradiction(in: Array(input[..<end])) == nil, "\(name), the first \(end) bytes")
            }
        }
    }

    private func inputs(_ kind: String, of target: FuzzTarget) throws -> [(name: String, input: [UInt8])] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "\(kind)/\(target.rawValue)")
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            ("\(kind)/\(target.rawValue)/\($0)", Array(try Data(contentsOf: folder.appending(path: $0))))
        }
    }
}
