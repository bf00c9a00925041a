import Hummingbird

/// The pool's cookies.
///
/// The session's has the `__Host-` prefix, so it can only come from this host over TLS. The form token keeps the name that
/// scripts written for Cognito look for; it is good only beside the one that names the browser, see ``FormSeal``.
enum SessionCookies {
    static let session = "__Host-cognito"
    static let formToken = "XSRF-TOKEN"
    static let formBrowser = "__Host-form"
    static let knownBrowser = "__Host-known-browser"
    /// Cognito's name, too.
    static let language = "lang"

    /// A cookie for this host alone that scripts cannot read and other sites' forms do not bring along.
    static func make(_ name: String, _ value: String, maxAge: Int) -> Cookie {
        Cookie(
            name: name, value: value, maxAge: maxAge, path: "/", secure: true, httpOnly: true, sameSite: .lax)
    }

    /// Removes the session's cookie; with the same attributes, or browsers keep the old one.
    static var removal: Cookie { make(session, "", maxAge: 0) }
}

extension Request {
    /// The value of the cookie `name`.
    func cookie(_ name: String) -> String? {
        cookies[name]?.value
    }
}
