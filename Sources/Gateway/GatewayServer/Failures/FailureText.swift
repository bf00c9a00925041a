import Foundation
import Operations

/// Failed requests as `gatehouse explain` prints them.
public enum FailureText {
    /// One request, with what an operator can do about it where that is known.
    public static func of(_ failure: FailedRequest) -> String {
        var rows = [
            ("Request", failure.request.map { "\($0) (\(failure.id))" } ?? failure.id),
            ("Time", failure.time.formatted(.iso8601)), ("Answer", "\(failure.status) \(failure.title)"),
            ("Told", failure.message), ("Cause", failure.cause + (failure.detail.map { ": \($0)" } ?? "")),
            ("Rule", "listener \(failure.listener)" + (failure.rule.map { ", \($0)" } ?? ", before any rule")),
            ("Client", failure.address),
        ]
        if let provider = failure.provider { rows.append(("Provider", provider)) }
        if let session = failure.session {
            rows.append(("Session", session + (failure.subject.map { ", subject \($0)" } ?? "")))
        }
        if let advice = advice(for: failure.cause) { rows.append(("To do", advice)) }
        return lines(rows)
    }

    /// A table of several.
    public static func list(_ list: FailedRequestList, now: Date) -> String {
        guard !list.requests.isEmpty else { return "No request was refused or failed since the gateway started." }
        var table = TextTable("ID", "WHEN", "STATUS", "CAUSE", "CLIENT", "REQUEST")
        for failure in list.requests {
            table.add(
                failure.id, "\(SessionText.age(from: failure.time, to: now)) ago", "\(failure.status)", failure.cause,
                failure.address, failure.request ?? "-")
        }
        return table.text
    }

    /// Labels and texts in two columns, free of what could move a terminal's cursor.
    static func lines(_ rows: [(label: String, text: String)]) -> String {
        let width = (rows.map(\.label.count).max() ?? 0) + 2
        return rows.map { row in
            row.label + String(repeating: " ", count: width - row.label.count) + TextTable.printable(row.text)
        }.joined(separator: "\n")
    }

    private static func advice(for cause: String) -> String? {
        switch cause {
        case "backendFailed": "Look whether the target's program runs, and in its log for the time above."
        case "backendTimeout": "The target took longer than idle_timeout.timeout_seconds, or accepted no connection."
        case "noBackend": "The target group has no target."
        case "AuthMissingAWSALBAuthNonce", "AuthInvalidAWSALBAuthNonce":
            "The browser lost the sign-in's cookie, or began another sign-in meanwhile: once more helps. If it stays so, "
                + "look whether the browser blocks cookies or reaches the gateway under two host names."
        case "AuthInvalidStateParam":
            "The sign-in took longer than 15 minutes, came back under another host name, or was begun before the session key "
                + "was made anew: once more helps."
        case "AuthInvalidGrantError", "AuthTokenEpRequestFailed":
            "Compare ClientId, the client secret and the redirect URI (https://HOST/oauth2/idpresponse) with the provider's."
        case "AuthInvalidIdToken": "Compare Issuer and ClientId with the provider's, and the clocks of both hosts."
        case "AuthTokenEpRequestTimeout", "AuthUserinfoEpRequestTimeout", "JWKSRequestTimeout":
            "The provider did not answer within 5 seconds: look at its state, and at the way from this host to it."
        case "AuthUserinfoResponseSizeExceeded": "Have the provider send fewer claims."
        case "foreignOrigin": "If the page is yours, name its origin in gatehouse.websocket.allowed_origins."
        case "bodyTooLarge": "The limit is gatehouse.limits.body.bytes."
        default: nil
        }
    }
}
