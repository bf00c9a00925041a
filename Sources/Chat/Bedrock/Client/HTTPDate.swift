import AWSSignature

/// The date of an HTTP answer (RFC 9110 §5.6.7, the form that is sent today).
enum HTTPDate {
    /// Seconds since 1970 of `Fri, 02 Jan 2026 03:04:05 GMT`; nil for anything else.
    static func seconds(_ text: String) -> Int? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == ":" })
        guard parts.count == 8, parts[7] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        return SigningTime("\(parts[3])\(number)\(parts[1])T\(parts[4])\(parts[5])\(parts[6])Z")?.secondsSince1970
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
