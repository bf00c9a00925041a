/// The fields of one line, whatever bytes they hold: a client chooses many of them, and none may end a field or the line.
struct LogLine {
    private(set) var bytes: [UInt8] = []

    /// The most bytes of one quoted field; the rest is left out.
    static let longestField = 8192

    init() { bytes.reserveCapacity(768) }

    /// A field of letters without blanks; `-` for none.
    mutating func word(_ text: String?) {
        separate()
        guard let text, !text.isEmpty else { return bytes.append(Self.none) }
        for byte in text.utf8 { append(byte, isQuoted: false) }
    }

    /// A number; `-` for none.
    mutating func number(_ value: Int?) { word(value.map(String.init)) }

    /// A field in quotes; `"-"` for none.
    mutating func quoted(_ text: String?) { quoted(Array((text ?? "").utf8)) }

    /// A field in quotes; `"-"` for none. What is no visible ASCII, a quote or a backslash is written as `\xHH`.
    mutating func quoted(_ text: [UInt8]) {
        separate()
        bytes.append(Self.quote)
        if text.isEmpty { bytes.append(Self.none) }
        for byte in text.prefix(Self.longestField) { append(byte, isQuoted: true) }
        bytes.append(Self.quote)
    }

    /// Seconds with three decimals; -1 for none.
    mutating func seconds(_ microseconds: Int64?) {
        separate()
        guard let microseconds else { return bytes.append(contentsOf: "-1".utf8) }
        let milliseconds = Int(max(0, microseconds) / 1000)
        digits(milliseconds / 1000, count: 1)
        bytes.append(UInt8(ascii: "."))
        digits(milliseconds % 1000, count: 3)
    }

    /// A time in UTC, as ISO 8601 with microseconds.
    mutating func time(_ microseconds: Int64) {
        separate()
        let seconds = Int(microseconds / 1_000_000)
        let (year, month, day) = Self.date(daysSince1970: seconds / 86_400)
        let second = seconds % 86_400
        for (value, count, separator) in [
            (year, 4, "-"), (month, 2, "-"), (day, 2, "T"), (second / 3600, 2, ":"), (second / 60 % 60, 2, ":"),
            (second % 60, 2, "."), (Int(microseconds % 1_000_000), 6, "Z"),
        ] {
            digits(value, count: count)
            bytes.append(contentsOf: separator.utf8)
        }
    }

    /// The end of the line.
    mutating func end() { bytes.append(UInt8(ascii: "\n")) }

    private mutating func separate() {
        if !bytes.isEmpty { bytes.append(Self.blank) }
    }

    private mutating func append(_ byte: UInt8, isQuoted: Bool) {
        let isVisible = (0x21...0x7E).contains(byte) || byte == Self.blank && isQuoted
        if isVisible, byte != Self.quote, byte != Self.backslash { return bytes.append(byte) }
        bytes.append(Self.backslash)
        bytes.append(UInt8(ascii: "x"))
        bytes.append(Self.hexadecimal(byte >> 4))
        bytes.append(Self.hexadecimal(byte & 0xF))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x37 + digit }

    private mutating func digits(_ value: Int, count: Int) {
        let text = String(value)
        for _ in text.utf8.count..<max(count, text.utf8.count) { bytes.append(UInt8(ascii: "0")) }
        bytes.append(contentsOf: text.utf8)
    }

    /// The civil date: years are counted from March, so that the leap day is a year's last, and eras have 400 of them.
    private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let sinceEra = days + 719_468  // from 1 March of year 0
        let era = sinceEra / 146_097
        let dayOfEra = sinceEra % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static let blank = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    private static let none = UInt8(ascii: "-")
}
