import Foundation
import Testing

@testable import Conversations

/// What the bytes of a file say.
@Suite struct InspectedFileTests {
    static let png: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, 3, 0, 0, 0, 2]
        + [8, 6, 0, 0, 0]
    static let gif: [UInt8] = Array("GIF89a".utf8) + [3, 0, 2, 0, 0, 0, 0]
    static let jpeg: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xC2, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0]
    static let webp: [UInt8] =
        Array("RIFF".utf8) + [30, 0, 0, 0] + Array("WEBPVP8X".utf8) + [10, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0]
    static let lossless: [UInt8] =
        Array("RIFF".utf8) + [30, 0, 0, 0] + Array("WEBPVP8L".utf8) + [10, 0, 0, 0, 0x2F, 2, 0x40, 0, 0]

    private func format(_ bytes: [UInt8], name: String = "x") throws -> String {
        try InspectedFile(name: name, bytes: bytes).content.format
    }

    @Test func theBytesTellTheFormat() throws {
        let size = ImageHeader.Size(width: 3, height: 2)
        for (bytes, wanted) in [
            (Self.png, ChatAttachment.ImageFormat.png), (Self.gif, .gif), (Self.jpeg, .jpeg), (Self.webp, .webp),
            (Self.lossless, .webp),
        ] {
            let read = try #require(ImageHeader.read(bytes))
            #expect(read.0 == wanted && read.1 == size, "\(wanted)")
            #expect(try format(bytes, name: "notes.txt") == wanted.rawValue, "whatever it is called")
        }
        #expect(try format(Array("%PDF-1.7".utf8)) == "pdf")
        #expect(try format(Array("a,b\r\n1,2".utf8), name: "t.CSV") == "csv")
        #expect(try format(Array("# Ä".utf8), name: "README.md") == "md")
        #expect(try format(Array("<script>alert(1)</script>".utf8), name: "x.html") == "txt", "never HTML")
    }

    @Test func whatIsNoneIsRefused() {
        let cases: [([UInt8], FileProblem)] = [
            ([], .empty), ([0, 1, 2], .unknownFormat), (Array("PK\u{3}\u{4}zip".utf8), .unknownFormat),
            ([0x41, 0xFF], .unknownFormat), (Array("a\u{7F}".utf8), .unknownFormat),
            (Array(Self.png.prefix(20)), .damaged),
            (Self.png.prefix(16) + [0, 0, 0x1F, 0x41, 0, 0, 0, 1], .tooManyPixels(limit: 8_000)),
            (Self.png.prefix(16) + [0, 0, 0, 0, 0, 0, 0, 1], .tooManyPixels(limit: 8_000)),
            (Self.png + [UInt8](repeating: 0, count: 3_750_000), .tooLarge(limit: 3_750_000)),
            ([UInt8](repeating: 0x61, count: 4_500_001), .tooLarge(limit: 4_500_000)),
        ]
        for (bytes, problem) in cases {
            #expect(throws: problem) { try InspectedFile(name: "x", bytes: bytes) }
        }
        #expect(FileProblem.tooLarge(limit: 3_750_000).description.contains("3.7 MB"))
    }

    @Test func aPictureCutAnywhereIsNoneOrDamaged() {
        for picture in [Self.png, Self.gif, Self.jpeg, Self.webp, Self.lossless] {
            for end in 0..<picture.count {
                // It must not trap; what it says of a part is that it is incomplete, or what stands there already.
                if let (_, size) = ImageHeader.read(Array(picture[..<end])) {
                    #expect(size == nil || size == ImageHeader.Size(width: 3, height: 2))
                }
            }
        }
    }

    @Test(arguments: [
        ("../../etc/passwd", "passwd"), ("C:\\a\\b.txt", "b.txt"), ("a\nb", "a b"), ("", "file"), ("\u{0}", "file"),
        ("<img src=x>", "<img src=x>"), ("a\u{202E}txt.exe", "atxt.exe"),
        (String(repeating: "é", count: 300), String(repeating: "é", count: 120)),
    ])
    func aNameIsOneLine(name: String, wanted: String) throws {
        #expect(try InspectedFile(name: name, bytes: [0x61]).name == wanted)
    }
}
