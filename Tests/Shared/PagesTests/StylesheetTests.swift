import Testing

@testable import Pages

@Suite("The colours of the stylesheet are readable in light and dark")
struct StylesheetTests {
    private static let stylesheet = String(decoding: PackageResources.base_css, as: UTF8.self)

    /// The colour tokens of the light or the dark block.
    private static func tokens(dark: Bool) throws -> [String: Colour] {
        let parts = stylesheet.split(separator: "@media (prefers-color-scheme: dark)")
        try #require(parts.count == 2)
        let block = dark ? parts[1].prefix { $0 != ";" } + parts[1].drop { $0 != ";" }.prefix(2000) : parts[0]
        var tokens: [String: Colour] = [:]
        for line in block.split(separator: "\n") {
            let pair = line.split(separator: ":").map { $0.filter { !" ;".contains($0) } }
            if pair.count == 2, pair[0].hasPrefix("--"), let colour = Colour(pair[1]), tokens[pair[0]] == nil {
                tokens[pair[0]] = colour
            }
        }
        return tokens
    }

    @Test("Text keeps 4.5:1 and control outlines 3:1 (WCAG 2.2, 1.4.3 and 1.4.11)", arguments: [false, true])
    func contrast(dark: Bool) throws {
        let tokens = try Self.tokens(dark: dark)
        let text = [
            ("--ink", "--canvas"), ("--ink", "--surface"), ("--ink", "--surface-sunken"), ("--ink-muted", "--canvas"),
            ("--ink-muted", "--canvas-glow"), ("--ink-muted", "--surface"), ("--ink-muted", "--surface-sunken"),
            ("--ink-muted", "--line"),
            ("--accent", "--surface"), ("--accent", "--canvas"), ("--accent-strong", "--accent-soft"),
            ("--on-accent", "--accent"), ("--on-accent", "--accent-strong"), ("--ink", "--accent-soft"),
            ("--ink", "--danger-soft"), ("--danger", "--danger-soft"), ("--danger", "--surface"),
            ("--ink", "--caution-soft"), ("--caution", "--caution-soft"),
        ]
        for (foreground, background) in text {
            try check(foreground, on: background, in: tokens, atLeast: 4.5)
        }
        for background in ["--surface", "--canvas"] {
            try check("--control-line", on: background, in: tokens, atLeast: 3)
            try check("--focus", on: background, in: tokens, atLeast: 3)
        }
    }

    private func check(_ front: String, on back: String, in tokens: [String: Colour], atLeast floor: Double) throws {
        let ratio = try #require(tokens[front]).contrast(with: try #require(tokens[back]))
        #expect(ratio >= floor, "\(front) on \(back): \(ratio)")
    }

    @Test("Nothing is loaded from elsewhere, and motion can be turned off")
    func selfContained() {
        #expect(!Self.stylesheet.contains("url("))
        #expect(!Self.stylesheet.contains("@import"))
        #expect(Self.stylesheet.contains("prefers-reduced-motion"))
        #expect(Self.stylesheet.contains(":focus-visible"))
    }
}

/// An sRGB colour with the arithmetic of WCAG 2.2.
private struct Colour {
    let luminance: Double

    init?(_ text: some StringProtocol) {
        guard text.hasPrefix("#"), text.count == 7, let value = Int(text.dropFirst(), radix: 16) else { return nil }
        func linear(_ shift: Int) -> Double {
            let channel = Double((value >> shift) & 0xFF) / 255
            return channel <= 0.04045 ? channel / 12.92 : power((channel + 0.055) / 1.055)
        }
        luminance = 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
    }

    func contrast(with other: Colour) -> Double {
        (max(luminance, other.luminance) + 0.05) / (min(luminance, other.luminance) + 0.05)
    }
}

/// `base` to the power of 2.4, by Newton's method for the fifth root of base¹².
private func power(_ base: Double) -> Double {
    guard base > 0 else { return 0 }
    var target = 1.0
    for _ in 0..<12 { target *= base }
    var root = 1.0
    for _ in 0..<60 { root -= (root * root * root * root * root - target) / (5 * root * root * root * root) }
    return root
}
