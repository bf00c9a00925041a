/// The time in an SRP signature: `Tue Mar 4 09:05:07 UTC 2025`, in English, the day without a leading zero.
public enum SRPTimestamp {
    /// The time in Unix seconds; nil where the text is another one, or names a day that does not exist. The weekday is not checked
    /// against the date: it is signed, but nothing depends on it.
    public static func seconds(_ text: String) -> Int? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, weekdays.contains(String(parts[0])), parts[4] == "UTC",
            let month = months.firstIndex(of: String(parts[1])), let day = number(parts[2], digits: 1...2),
            let year = number(parts[5], digits: 4...4), (1970...9999).contains(year)
        else { return nil }
        let clock = parts[3].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], digits: 2...2),
            let minute = number(clock[1], digits: 2...2),
            let second = number(clock[2], digits: 2...2), hour < 24, minute < 60, second <= 60,
            (1...daysOfMonth(month, year)).contains(day)
        else { return nil }
        var days = 0
        // Years before this one, by the Gregorian rule.
        let before = year - 1
        days = before * 365 + before / 4 - before / 100 + before / 400 - 719_162
        for earlier in 0..<month { days += daysOfMonth(earlier, year) }
        return ((days + day - 1) * 24 + hour) * 3600 + minute * 60 + second
    }

    private static func daysOfMonth(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 1 ? (isLeap ? 29 : 28) : [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }

    private static let weekdays: Set<String> = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
