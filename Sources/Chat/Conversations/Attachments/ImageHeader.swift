/// What the first bytes of a picture say: its format, and how large it is.
///
/// Formats: PNG (W3C PNG §5.2, §11.2.1), GIF89a §17–18, JPEG (ITU-T T.81 B.1–B.2), WebP (RFC 9649 §2).
enum ImageHeader {
    /// Width and height in pixels.
    struct Size: Equatable {
        let width: Int
        let height: Int
    }

    /// - Returns: `nil` for what is no picture; no size for what begins like one and does not go on so.
    static func read(_ bytes: [UInt8]) -> (ChatAttachment.ImageFormat, Size?)? {
        let reader = Reader(bytes: bytes)
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            guard reader.text(12, 4) == "IHDR", let width = reader.big(16, 4), let height = reader.big(20, 4) else {
                return (.png, nil)
            }
            return (.png, Size(width: width, height: height))
        }
        if reader.text(0, 6) == "GIF87a" || reader.text(0, 6) == "GIF89a" {
            guard let width = reader.little(6, 2), let height = reader.little(8, 2) else { return (.gif, nil) }
            return (.gif, Size(width: width, height: height))
        }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return (.jpeg, jpeg(reader)) }
        if reader.text(0, 4) == "RIFF", reader.text(8, 4) == "WEBP" { return (.webp, webp(reader)) }
        return nil
    }

    /// Goes from segment to segment until one that begins a frame.
    private static func jpeg(_ reader: Reader) -> Size? {
        var at = 2
        while let mark = reader.big(at, 2), mark >> 8 == 0xFF {
            let code = mark & 0xFF
            if code == 0xFF {
                at += 1
                continue
            }
            guard let length = reader.big(at + 2, 2), length >= 2 else { return nil }
            if (0xC0...0xCF).contains(code), ![0xC4, 0xC8, 0xCC].contains(code) {
                guard let height = reader.big(at + 5, 2), let width = reader.big(at + 7, 2) else { return nil }
                return Size(width: width, height: height)
            }
            at += 2 + length
        }
        return nil
    }

    private static func webp(_ reader: Reader) -> Size? {
        switch reader.text(12, 4) {
        case "VP8X":
            guard let width = reader.little(24, 3), let height = reader.little(27, 3) else { return nil }
            return Size(width: width + 1, height: height + 1)
        case "VP8L":
            guard reader.little(20, 1) == 0x2F, let bits = reader.little(21, 4) else { return nil }
            return Size(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
        case "VP8 ":
            guard let width = reader.little(26, 2), let height = reader.little(28, 2) else { return nil }
            return Size(width: width & 0x3FFF, height: height & 0x3FFF)
        default: return nil
        }
    }

    private struct Reader {
        let bytes: [UInt8]

        func big(_ at: Int, _ count: Int) -> Int? { slice(at, count)?.reduce(0) { $0 << 8 | Int($1) } }

        func little(_ at: Int, _ count: Int) -> Int? { slice(at, count)?.reversed().reduce(0) { $0 << 8 | Int($1) } }

        func text(_ at: Int, _ count: Int) -> String? { slice(at, count).map { String(decoding: $0, as: UTF8.self) } }

        private func slice(_ at: Int, _ count: Int) -> ArraySlice<UInt8>? {
            at + count <= bytes.count ? bytes[at..<at + count] : nil
        }
    }
}
