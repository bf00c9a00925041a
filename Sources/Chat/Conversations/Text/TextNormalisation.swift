import Foundation

/// Brings text from outside into the one form that is stored and sent on (OWASP input validation; chat design §4.2).
///
/// Line ends become LF, invisible characters that can smuggle or reorder text are dropped, stacked combining marks are
/// cut, and the rest is composed (NFC). What has no place in text at all is refused.
enum TextNormalisation {
    /// The normalised text, without white space at both ends.
    static func normalise(_ text: String, as kind: TextKind) throws(TextProblem) -> String {
        var scalars = String.UnicodeScalarView()
        var afterCarriageReturn = false
        var combiningMarks = 0
        for scalar in text.unicodeScalars {
            defer { afterCarriageReturn = scalar == "\r" }
            switch scalar {
            case "\r":
                scalars.append("\n")
            case "\n" where afterCarriageReturn:
                continue
            case "\t", "\n":
                scalars.append(scalar)
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}":
                throw .controlCharacter(kind, codePoint: scalar.value)
            case _ where isNoncharacter(scalar):
                throw .noncharacter(kind, codePoint: scalar.value)
            case _ where isDropped(scalar):
                continue
            default:
                combiningMarks = isMark(scalar) ? combiningMarks + 1 : 0
                if combiningMarks <= largestMarkStack { scalars.append(scalar) }
            }
        }
        return String(scalars).precomposedStringWithCanonicalMapping
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Whether something in the text can be seen.
    static func isVisible(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            !scalar.properties.isWhitespace && !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// Byte order marks, bidirectional overrides and isolates, and the tag block: invisible, and able to hide
    /// instructions or show another text than the one that is sent.
    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xFEFF, 0x202A...0x202E, 0x2066...0x2069, 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func isNoncharacter(_ scalar: Unicode.Scalar) -> Bool {
        (0xFDD0...0xFDEF).contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Living scripts need fewer; more only piles ink over the neighbouring lines.
    private static let largestMarkStack = 8
}
