internal import CQREncode

/// A QR code (ISO/IEC 18004), made by libqrencode with error correction level M.
public struct QRCode: Sendable, Equatable {
    /// Modules along each side, without the quiet zone.
    public let width: Int
    private let modules: [Bool]

    /// The smallest code that holds `text`.
    ///
    /// - Returns: nil where the text is empty, has a NUL in it, or is too long for any code (2331 bytes).
    public init?(_ text: String) {
        guard !text.isEmpty, !text.utf8.contains(0) else { return nil }
        guard let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { unsafe QRcode_free(code) }
        width = Int(unsafe code.pointee.width)
        // The lowest bit says whether a module is dark; the others say what it is for.
        modules = (0..<width * width).map { unsafe code.pointee.data[$0] & 1 == 1 }
    }

    /// Whether the module in this column and row, from 0, is dark.
    public func isDark(_ column: Int, _ row: Int) -> Bool {
        modules[row * width + column]
    }

    /// The dark modules as data of an SVG path, one unit a module, the quiet zone of four modules included: the picture is
    /// ``pictureWidth`` units wide and high.
    public var path: String {
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                guard isDark(column, row) else {
                    column += 1
                    continue
                }
                let start = column
                while column < width, isDark(column, row) { column += 1 }
                path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(column - start)v1h-\(column - start)z"
            }
        }
        return path
    }

    /// ``width`` and the quiet zone on both sides.
    public var pictureWidth: Int { width + 2 * Self.quietZone }

    private static let quietZone = 4
}
