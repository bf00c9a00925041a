import OpenIDConnect
import Pages
import Sessions

/// The page for a browser that cannot stay signed in, whatever the gateway does: what is in the way, in plain words.
struct SignInDiagnosis {
    /// What the gateway has seen.
    enum Finding: Equatable {
        /// Nothing binds the sign-in to the browser, twice.
        case cookieLost
        /// The cookie that came back is another one, twice.
        case cookieReplaced
        /// It took longer than a sign-in may, twice.
        case tooSlow
        /// The provider took back its word, twice.
        case codeRefused
        /// The browser signed in over and over, and comes without a session again.
        case sessionLost(SessionCookieLookup.Result)

        /// What a callback's failure says.
        init(_ failure: SignInFailure) {
            switch failure {
            case .missingNonceCookie: self = .cookieLost
            case .invalidNonceCookie: self = .cookieReplaced
            case .invalidGrant: self = .codeRefused
            default: self = .tooSlow
            }
        }
    }

    let finding: Finding
    /// 401, or what the load balancer answers to the last failure.
    var status = 401
    /// Why, for the operator.
    var cause = "signInLoop"
    /// More on it, without secrets.
    let detail: String
    /// `https://host[:port]` as the browser used it.
    let origin: String
    /// The name of the session's cookie.
    let sessionCookie: String
    /// The page the user wanted: a safe target.
    let target: String

    /// The page. Its button begins anew.
    func page(requestID: String, isWaiting: Bool) -> ErrorPage {
        ErrorPage(
            status: status, title: "Signing in does not work in this browser",
            message: "The sign-in was started over by itself, and ended in the same place. What is in the way:",
            hint: "When that is settled, sign in again. If it stays so, tell the operator the request number.",
            requestID: requestID,
            action: .init(label: "Sign in again", href: SignInLink.address(returningTo: target)),
            extensions: [.init("reason", "sign_in_loop")], cause: cause, detail: detail,
            notes: [observation, remedy, place], continuesAt: isWaiting ? target : nil)
    }

    private var observation: String {
        switch finding {
        case .cookieLost:
            "The cookie \(NonceCookie.name), which this site sets when a sign-in begins, did not come back."
        case .cookieReplaced:
            "The cookie \(NonceCookie.name), which this site sets when a sign-in begins, came back with another value."
        case .tooSlow: "By this server's clock, more than 15 minutes went by each time before the sign-in was finished."
        case .codeRefused: "The sign-in service did not stand by its own confirmation."
        case .sessionLost(.absent):
            "You signed in several times within a minute, but the cookie \(sessionCookie) did not come back."
        case .sessionLost(.ambiguous):
            "The browser sends several cookies named \(sessionCookie) that contradict each other, so none of them counts."
        case .sessionLost(.found):
            "You signed in several times within a minute, but the session that the cookie \(sessionCookie) names has ended."
        }
    }

    private var remedy: String {
        switch finding {
        case .cookieLost, .sessionLost(.absent):
            "Allow cookies for this site, also in extensions and private windows, and check the date of your device: by a wrong clock cookies end at once."
        case .cookieReplaced, .sessionLost(.ambiguous):
            "Another site of the same domain, or another program on the same host, sets a cookie of that name. Delete the cookies of this domain."
        case .tooSlow: "If you were quicker than that, this server's clock jumps, and the operator has to set it right."
        case .codeRefused:
            "A wrong clock, address or client at the sign-in service or here does that. The operator finds more in the log."
        case .sessionLost(.found):
            "It may have been ended elsewhere, last too short a time, or be known to another server than the one that answers."
        }
    }

    private var place: String {
        "You opened this site as \(origin). A sign-in that is begun under one name of the site cannot be finished under another."
    }
}
