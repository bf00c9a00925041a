import Foundation
import Gzip
import Testing

@testable import Pages

@Suite("Static content is compressed once, for those who take it")
struct StaticContentTests {
    private static let text: [UInt8] = Array(String(repeating: "The same words over and over. ", count: 50).utf8)
    /// Random enough that no compression makes it shorter.
    private static let dense: [UInt8] = (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 97 ^ 0x5A) }

    @Test(
        "gzip is for those who name it, and not with the weight 0",
        arguments: [
            (nil, false), ("", false), ("identity", false), ("br, zstd", false), ("gzip", true), ("GZip", true),
            ("gzip, deflate, br, zstd", true), ("deflate;q=1, gzip ; q=0.5", true), ("x-gzip", true),
            ("gzip;q=0", false), ("gzip;q=0.000, *", false), ("*", true), ("*;q=0", false), ("*;q=0, gzip", true),
            ("gzip;q=nonsense", false), ("gzip2", false),
        ] as [(String?, Bool)])
    func negotiation(accepted: String?, expected: Bool) {
        #expect(StaticContent.takesGzip(accepted) == expected)
        let content = StaticContent(contentType: "text/plain", bytes: Self.text)
        let (fields, body) = content.response(accepting: accepted)
        let named = Dictionary(uniqueKeysWithValues: fields)
        #expect(named["content-type"] == "text/plain")
        #expect(named["vary"] == "accept-encoding", "to either")
        #expect(named["content-encoding"] == (expected ? "gzip" : nil))
        #expect((body == Self.text) == !expected)
        #expect(!expected || body.count < Self.text.count / 5)
    }

    @Test("What does not get shorter stays as it is")
    func dense() {
        let (fields, body) = StaticContent(contentType: "image/png", bytes: Self.dense).response(accepting: "gzip")
        #expect(body == Self.dense)
        #expect(fields.map(\.0) == ["content-type"])
    }

    @Test("gunzip gives back what went in")
    func roundTrip() throws {
        let contents: [[UInt8]] = [[], [0], Self.text, Self.dense, Array(repeating: 7, count: 300_000)]
        for bytes in contents { #expect(try Self.decompressed(Gzip.compress(bytes)) == bytes) }
        #expect(Gzip.compress(Self.text) == Gzip.compress(Self.text), "the same each time")
    }

    /// By another program.
    private static func decompressed(_ bytes: [UInt8]) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("gzip-\(UUID().uuidString).gz")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "--decompress", "--stdout", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return Array(data)
    }
}
