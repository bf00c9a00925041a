import OpenIDConnect

/// What becomes of a callback that cannot end its sign-in, although this gateway began it.
enum CallbackRemedy: Equatable {
    /// A session stands: on to the page the user wanted.
    case goOn
    /// The sign-in starts over by itself. This happens once.
    case restart
    /// Starting over did not help, so the page says what is in the way.
    case diagnose
    /// Nothing here can heal it: the failure's own page.
    case report

    /// - Parameters:
    ///   - canHeal: the failure is one of time, cookies or repetition.
    ///   - isRefusal: the provider itself said no; asking it again unasked would be importunate.
    ///   - restarts: how often the sign-in has started over by itself.
    ///   - hasSession: the browser shows a session that stands, made by the settings that began the sign-in.
    ///   - heals: the rule wants this.
    init(canHeal: Bool, isRefusal: Bool, restarts: Int, hasSession: Bool, heals: Bool) {
        guard heals, canHeal, !isRefusal else {
            self = .report
            return
        }
        if hasSession {
            self = .goOn
        } else {
            self = restarts < Self.restartLimit ? .restart : .diagnose
        }
    }

    private static let restartLimit = 1
}
