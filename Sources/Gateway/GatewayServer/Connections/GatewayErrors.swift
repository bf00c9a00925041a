import HTTP1
import OpenIDConnect
import Pages
import Routing

/// The pages for what goes wrong between a client, the gateway and a backend: each says what happened and a way forward.
enum GatewayErrors {
    /// A request whose head is malformed or too large.
    static func badRequest(_ error: HeadError, requestID: String) -> ErrorPage {
        ErrorPage(
            status: error.status, title: StatusPhrase.of(error.status), message: error.explanation,
            hint: "Go back and try again; if it happens again, tell the administrator the request number.",
            requestID: requestID, action: nil, cause: "\(error)")
    }

    /// A path that two servers could understand differently.
    static func badPath(_ refusal: PathRefusal, requestID: String) -> ErrorPage {
        ErrorPage(
            status: 400, title: "This address cannot be used", message: refusal.sentence,
            hint: "Check the address, or start from the first page.", requestID: requestID,
            action: .init(label: "To the first page", href: "/"), cause: refusal.rawValue)
    }

    /// A host that is no host.
    static func badHost(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 400, title: "This host name cannot be used", message: "The request names a malformed host.",
            hint: "Check the address.", requestID: requestID, action: nil, cause: "badHost")
    }

    /// A host that is not the one of the connection, or not the only one.
    static func authority(_ fault: RequestAuthority.Fault, requestID: String) -> ErrorPage {
        let isMisdirected = fault == .misdirected
        return ErrorPage(
            status: fault.status,
            title: isMisdirected ? "This is the wrong connection" : "This address cannot be used",
            message: fault.explanation, hint: isMisdirected ? "Load the page again." : "Check the address.",
            requestID: requestID, action: nil, cause: "\(fault)")
    }

    /// A body that breaks its framing.
    static func badBody(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 400, title: "Bad Request", message: "The request's body is malformed.", hint: "Try again.",
            requestID: requestID, action: nil, cause: "badBody")
    }

    /// A body beyond `gatehouse.limits.body.bytes`.
    static func bodyTooLarge(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 413, title: "This is too large", message: "The request's body is larger than this server takes.",
            hint: "Send less at once, or ask the administrator to allow more.", requestID: requestID, action: nil,
            cause: "bodyTooLarge")
    }

    /// The client took too long.
    static func requestTimeout(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 408, title: "The request took too long", message: "The rest of the request did not arrive in time.",
            hint: "Check your connection and try again.", requestID: requestID, action: nil, cause: "requestTimeout")
    }

    /// 502, 503 and 504; `target` names the backend, for the operator.
    static func upstream(_ status: Int, target: String?, requestID: String) -> ErrorPage {
        let (title, message): (String, String) =
            switch status {
            case 503: ("The application is not available", "No backend stands ready for this address.")
            case 504: ("The application took too long", "The application did not answer in time.")
            default:
                (
                    "The application cannot be reached",
                    "The application closed the connection, refused it, or sent no valid answer."
                )
            }
        return ErrorPage(
            status: status, title: title, message: message,
            hint: "Try again in a moment. If it stays so, the administrator finds the cause in the program's log.",
            requestID: requestID, action: nil,
            cause: status == 503 ? "noBackend" : status == 504 ? "backendTimeout" : "backendFailed",
            detail: target ?? "")
    }

    /// A redirect rule that cannot be carried out.
    static func redirect(_ status: Int, requestID: String) -> ErrorPage {
        ErrorPage(
            status: status, title: "This address cannot be redirected",
            message: status == 507 ? "The new address would be too long." : "The redirect leads back to itself.",
            hint: "Tell the administrator the request number.", requestID: requestID, action: nil,
            cause: status == 507 ? "locationTooLong" : "redirectLoop")
    }

    /// A rule's transform that makes nothing a backend could be sent.
    static func transform(_ failure: RequestTransforms.Failure, requestID: String) -> ErrorPage {
        ErrorPage(
            status: 500, title: "This address cannot be rewritten", message: failure.sentence,
            hint: "Tell the administrator the request number.", requestID: requestID, action: nil,
            cause: "transform", detail: failure.rawValue)
    }

    /// A request without a session where one is needed. Programs find in `reason` whether there was a session, and in `login_url`
    /// where to send their user.
    ///
    /// - Parameters:
    ///   - hadSession: the client showed a session that has ended, or never was.
    ///   - origin: `https://host[:port]` as the client used it.
    ///   - page: path and query of the page the user comes back to; what is no page of this site becomes `/`.
    static func signInRequired(hadSession: Bool, origin: String, page: String, requestID: String) -> ErrorPage {
        let link = SignInLink.address(returningTo: page)
        return ErrorPage(
            status: 401, title: hadSession ? "Your session has ended" : "Please sign in",
            message: "This address is only for signed-in users.",
            hint: "Sign in and try again.", requestID: requestID, action: .init(label: "Sign in", href: link),
            extensions: [
                .init("reason", hadSession ? "session_expired" : "sign_in_required"),
                .init("login_url", origin + link),
            ], cause: hadSession ? "session_expired" : "sign_in_required")
    }

    /// A known user who may not pass. Which right is missing is said, whose it is and what would do is not.
    static func notAuthorised(_ refusal: AuthorizationRefusal, requestID: String) -> ErrorPage {
        ErrorPage(
            status: 403, title: "You may not open this",
            message: "Your account does not have the rights for this address.",
            hint: "Sign in with another account, or ask the administrator for access.", requestID: requestID,
            action: .init(label: "Sign out", href: "/oauth2/logout"), extensions: [.init("reason", refusal.reason)],
            cause: "forbidden", detail: refusal.detail)
    }

    /// A known user who has to sign in again or more strongly before he may pass; parameters as for
    /// ``signInRequired(hadSession:origin:page:requestID:)``.
    static func authenticationRequired(
        _ refusal: AuthorizationRefusal, origin: String, page: String, requestID: String
    ) -> ErrorPage {
        let link = SignInLink.address(returningTo: page)
        return ErrorPage(
            status: 401, title: "Please confirm who you are",
            message: "This address asks for a fresh or stronger sign-in than yours.", hint: "Sign in again to go on.",
            requestID: requestID, action: .init(label: "Sign in again", href: link),
            extensions: [.init("reason", refusal.reason), .init("login_url", origin + link)], cause: refusal.reason,
            detail: refusal.detail)
    }

    /// A bearer token that does not pass, and the challenge that says so (RFC 6750 §3.1).
    static func bearer(_ failure: BearerFailure) -> (ErrorPage, challenge: String?) {
        let isToken = failure.status == 401
        let page = ErrorPage(
            status: failure.status, title: isToken ? "This token does not pass" : "Tokens cannot be checked now",
            message: isToken
                ? "The request needs an Authorization header with a bearer token that is valid here."
                : "The keys of the token's issuer cannot be had.",
            hint: isToken ? "Get a new token and try again." : "Try again in a moment.", requestID: RequestID.make(),
            extensions: [.init("reason", failure.rawValue)], cause: failure.rawValue,
            retryAfter: isToken ? nil : BearerAuthority.retryInterval)
        let challenge =
            switch failure {
            case .absent: "Bearer"
            case .malformed: "Bearer error=\"invalid_request\""
            default: "Bearer error=\"invalid_token\""
            }
        return (page, isToken ? challenge : nil)
    }

    /// A bearer token whose user signed in too long ago or too weakly, and the challenge that says what would do (RFC 9470 §3).
    static func weakBearer(
        _ refusal: AuthorizationRefusal, _ demand: AuthenticationDemand
    ) -> (ErrorPage, challenge: String?) {
        var challenge = "Bearer error=\"insufficient_user_authentication\""
        if !demand.contexts.isEmpty { challenge += ", acr_values=\"\(demand.contexts.joined(separator: " "))\"" }
        if let age = demand.maximumAge { challenge += ", max_age=\"\(age)\"" }
        let page = ErrorPage(
            status: 401, title: "This token does not pass",
            message: "Its user signed in too long ago, or not as this address asks for.",
            hint: "Have the user sign in again and get a new token.", requestID: RequestID.make(),
            extensions: [.init("reason", refusal.reason)], cause: refusal.reason, detail: refusal.detail)
        return (page, challenge)
    }

    /// More sign-ins than one address or account may have; `seconds` until one more may be.
    static func tooManySignIns(requestID: String, retryAfter seconds: Int) -> ErrorPage {
        ErrorPage(
            status: 429, title: "Too many sign-ins",
            message: "More sign-ins than usual were begun from your network or with your account.",
            hint: "Wait a minute and try again.", requestID: requestID,
            action: .init(label: "Try again", href: "/"), extensions: [.init("reason", "too_many_sign_ins")],
            cause: "tooManySignIns", retryAfter: seconds)
    }

    /// More sign-outs than one address may announce; `seconds` until one more may be.
    static func tooManyNotices(requestID: String, retryAfter seconds: Int) -> ErrorPage {
        ErrorPage(
            status: 429, title: "Too many sign-outs", message: "More sign-outs than usual were announced from here.",
            hint: "Wait a minute and try again.", requestID: requestID, action: nil,
            extensions: [.init("reason", "too_many_sign_outs")], cause: "tooManyNotices", retryAfter: seconds)
    }

    /// A WebSocket that another site's page opens with the user's session.
    static func foreignOrigin(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 403, title: "This site may not connect here",
            message: "A page of another site tried to open a connection in your name.",
            hint: "If that page is yours, the administrator can allow its origin.", requestID: requestID, action: nil,
            cause: "foreignOrigin")
    }

    /// A request that another origin's page caused in the user's name, where the rule refuses such.
    static func crossOrigin(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 403, title: "Another site sent this", message: "A page of another site sent a form in your name.",
            hint: "Nothing was changed. If that page is yours, the administrator can allow its origin.",
            requestID: requestID, action: .init(label: "To the first page", href: "/"),
            extensions: [.init("reason", "cross_origin")], cause: "crossOrigin")
    }

    /// A WebSocket where none is to be had, or a handshake that is none.
    static func noWebSocket(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 400, title: "There is no WebSocket here", message: "This address did not agree to a WebSocket.",
            hint: "Check the address.", requestID: requestID, action: nil, cause: "noWebSocket")
    }

    /// A form of the gateway's own that another page sent, or that was made for another session.
    static func strangeForm(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 403, title: "This form is out of date",
            message: "It was made before you signed in anew, or another site sent it.",
            hint: "Nothing was changed. Load the page again.", requestID: requestID,
            action: .init(label: "Your sessions", href: SessionsPage.path), cause: "strangeForm")
    }

    /// A held request that is not there, or is somebody else's.
    static func nothingHeld(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 404, title: "There is nothing to send any more",
            message: "The form was sent already, or it was not sent within 15 minutes.",
            hint: "Go back to the form, and send it again if need be.", requestID: requestID,
            action: .init(label: "To the first page", href: "/"), cause: "nothingHeld")
    }

    /// A held request that something else than its page's button would send on.
    static func foreignForm(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 403, title: "This cannot be sent from here",
            message: "A form that was kept is sent by the button on its own page only.",
            hint: "Open that page and use the button.", requestID: requestID, action: nil, cause: "foreignForm")
    }

    /// Nothing of the gateway's own stands at this address.
    static func notFound(requestID: String) -> ErrorPage {
        ErrorPage(
            status: 404, title: "Not found", message: "There is nothing at this address.", hint: "Check the address.",
            requestID: requestID, action: .init(label: "To the first page", href: "/"), cause: "notFound")
    }
}
