public import Foundation
import Operations

/// Sessions as `gatehouse sessions` prints them.
public enum SessionText {
    /// A table, and beneath it how many there are.
    public static func list(_ list: SessionList, now: Date) -> String {
        guard !list.sessions.isEmpty else { return "No sessions." }
        let shown = list.sessions.count
        let count =
            shown == list.total ? Self.count(list.total) : "The newest \(shown) of \(Self.count(list.total))"
        return table(list.sessions, now: now) + "\n\n\(count)."
    }

    /// What has ended.
    /// - Parameter subject: whose sessions were to end; nil where it was not a user's.
    public static func ended(_ ended: EndedSessions, of subject: String? = nil, now: Date) -> String {
        let seen =
            ended.ended.isEmpty
            ? "No session stood any more." : table(ended.ended, now: now) + "\n\nEnded \(count(ended.ended.count))."
        guard let subject, ended.coversUnseen else { return seen }
        return seen
            + "\nThose of the subject \(subject) that browsers hold and were not used here since the start are over, too."
    }

    private static func table(_ sessions: [SessionSummary], now: Date) -> String {
        var table = TextTable("ID", "USER", "SUBJECT", "SIGNED IN", "ENDS", "PROVIDER")
        for session in sessions {
            table.add(
                session.id, session.user ?? "-", session.subject, "\(age(from: session.signedInAt, to: now)) ago",
                "in \(age(from: now, to: session.endsAt))", session.issuer)
        }
        return table.text
    }

    private static func count(_ count: Int) -> String { count == 1 ? "1 session" : "\(count) sessions" }

    /// A span of time, rounded to its largest unit.
    static func age(from start: Date, to end: Date) -> String {
        let seconds = max(0, Int(end.timeIntervalSince(start)))
        return switch seconds {
        case 172_800...: "\((seconds + 43_200) / 86_400) days"
        case 7200...: "\((seconds + 1800) / 3600) hours"
        case 120...: "\((seconds + 30) / 60) minutes"
        case 1: "1 second"
        default: "\(seconds) seconds"
        }
    }
}
