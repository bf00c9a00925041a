/// A moment as Signature Version 4 writes it: `YYYYMMDDTHHMMSSZ`, in UTC, to the second.
public struct SigningTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z, of the years 1970 to 9999.
    public let secondsSince1970: Int

    /// Takes a moment; one outside of the years 1970 to 9999 is moved to the nearer end.
    public init(secondsSince1970: Int) {
        self.secondsSince1970 = min(max(secondsSince1970, 0), Self.last)
    }

    /// Reads `YYYYMMDDTHHMMSSZ`; nil for anything else, a day that no calendar has, and years before 1970.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15),
            year >= 1970, (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year),
            hour < 24, minute < 60, second < 60
        else { return nil }
        secondsSince1970 = ((Self.daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    }

    /// `20260102T030405Z`
    public var description: String {
        let second = secondsSince1970 % 86_400
        return
            "\(day)T\(Self.padded(second / 3600, 2))\(Self.padded(second / 60 % 60, 2))\(Self.padded(second % 60, 2))Z"
    }

    /// The day of the credential scope: `20260102`.
    public var day: String {
        // Howard Hinnant's civil_from_days, for days that are never negative.
        let shifted = secondsSince1970 / 86_400 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(day, 2)
    }

    /// The earlier of two moments is the smaller.
    public static func < (one: SigningTime, other: SigningTime) -> Bool {
        one.secondsSince1970 < other.secondsSince1970
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// 9999-12-31T23:59:59Z
    private static let last = 253_402_300_799
}
