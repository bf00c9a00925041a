/// The fields of one line, whatever bytes they hold: a client chooses many of them, and none may end a field or the line.
struct LogLine {
    private(set) var bytes: [UInt8] = []

    /// The most bytes of one quoted field; the rest is left out.
    static let longestField = 8192

    init() { bytes.reserveCapacity(768) }

    /// A field of letters without blanks; `-` for none.
    mutating func word(_ text: String?) {
        separate()
        guard var text, !text.isEmpty else { return bytes.append(Self.none) }
        text.withUTF8 { unsafe append(Span(_unsafeElements: $0), isQuoted: false) }
    }

    /// A number; `-` for none.
    mutating func number(_ value: Int?) {
        separate()
        guard let value else { return bytes.append(Self.none) }
        digits(value, count: 1)
    }

    /// A field in quotes; `"-"` for none.
    mutating func quoted(_ text: String?) {
        separate()
        bytes.append(Self.quote)
        if var text, !text.isEmpty {
            text.withUTF8 { unsafe append(Span(_unsafeElements: $0), isQuoted: true) }
        } else {
            bytes.append(Self.none)
        }
        bytes.append(Self.quote)
    }

    /// A field in quotes; `"-"` for none. What is no visible ASCII, a quote or a backslash is written as `\xHH`.
    mutating func quoted(_ text: [UInt8]) {
        separate()
        bytes.append(Self.quote)
        if text.isEmpty { bytes.append(Self.none) }
        append(text.span, isQuoted: true)
        bytes.append(Self.quote)
    }

    /// Seconds with three decimals; -1 for none.
    mutating func seconds(_ microseconds: Int64?) {
        separate()
        guard let microseconds else {
            bytes.append(Self.none)
            return bytes.append(UInt8(ascii: "1"))
        }
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
        part(year, 4, "-")
        part(month, 2, "-")
        part(day, 2, "T")
        part(second / 3600, 2, ":")
        part(second / 60 % 60, 2, ":")
        part(second % 60, 2, ".")
        part(Int(microseconds % 1_000_000), 6, "Z")
    }

    private mutating func part(_ value: Int, _ count: Int, _ separator: Unicode.Scalar) {
        digits(value, count: count)
        bytes.append(UInt8(ascii: separator))
    }

    /// The end of the line.
    mutating func end() { bytes.append(UInt8(ascii: "\n")) }

    private mutating func separate() {
        if !bytes.isEmpty { bytes.append(Self.blank) }
    }

    /// Appends what fits of a field: in one piece, where nothing of it has to be written otherwise, as with nearly all.
    private mutating func append(_ text: Span<UInt8>, isQuoted: Bool) {
        let count = isQuoted ? min(text.count, Self.longestField) : text.count
        var isPlain = true
        for index in 0..<count where !Self.isPlain(text[index], isQuoted: isQuoted) { isPlain = false }
        if isPlain {
            unsafe text.extracting(0..<count).withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        } else {
            for index in 0..<count { append(text[index], isQuoted: isQuoted) }
        }
    }

    private static func isPlain(_ byte: UInt8, isQuoted: Bool) -> Bool {
        ((0x21...0x7E).contains(byte) || byte == blank && isQuoted) && byte != quote && byte != backslash
    }

    private mutating func append(_ byte: UInt8, isQuoted: Bool) {
        if Self.isPlain(byte, isQuoted: isQuoted) { return bytes.append(byte) }
        bytes.append(Self.backslash)
        bytes.append(UInt8(ascii: "x"))
        bytes.append(Self.hexadecimal(byte >> 4))
        bytes.append(Self.hexadecimal(byte & 0xF))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x37 + digit }

    /// Appends a number, not below 0, with at least so many digits.
    private mutating func digits(_ value: Int, count: Int) {
        var divisor = 1
        for _ in 1..<count { divisor *= 10 }
        while value / divisor > 9 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(0x30 + UInt8(value / divisor % 10))
            divisor /= 10
        }
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
