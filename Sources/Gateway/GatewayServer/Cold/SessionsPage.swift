import Foundation
import Pages
import Sessions

/// The page on which a signed-in user sees his sessions and ends them. It works without script.
struct SessionsPage {
    /// The page's address, on every listener that signs in.
    static let path = "/.gatehouse/sessions"

    /// The user's sessions, the newest first.
    let sessions: [SessionRecord]
    /// Short ids of those that this browser holds.
    let current: Set<String>
    /// What the page's forms carry.
    let token: String
    /// What the user is called.
    let user: String
    /// Seconds since 1970.
    let now: Int
    /// Whether browsers hold their sessions themselves, so that some may not have been seen here.
    let mayBeMore: Bool

    /// - Parameter signOutTarget: where signing out leads in the end; browsers apply `form-action` to that redirect too.
    func response(signOutTarget: String?, assets: AssetCatalog) -> LocalResponse {
        let html = PageFrame.render(
            title: "Your sessions", bodyClass: "centered wide", stylesheets: [assets.path(of: SharedAssets.stylesheet)],
            icon: assets.path(of: SharedAssets.mark), content: content)
        var response = LocalResponse(status: 200, body: Array(html.utf8))
        let targets = signOutTarget.flatMap(WebOrigin.ofURL).map { [$0] } ?? []
        response.fields = SecurityHeaders.page(formTargets: targets).map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", ErrorPage.htmlContentType))
        return response
    }

    private var content: String {
        """
        <main class="card">
        <p class="brand">\(PageFrame.mark)<span>Gatehouse</span></p>
        <h1>Your sessions</h1>
        <p class="muted">You are signed in as <strong>\(HTML.escape(user))</strong>, \(places)</p>
        <ul class="entries">
        \(sessions.map(entry).joined(separator: "\n"))
        </ul>
        \(mayBeMore ? "<p class=\"muted small\">\(Self.unseen)</p>" : "")
        <form method="post" action="\(action("all"))"><p class="actions">
        <button class="button" type="submit">Sign out everywhere</button>
        <a class="button button-secondary" href="/">Back</a>
        </p></form>
        </main>
        """
    }

    private static let unseen =
        "Browsers hold their sessions themselves: one that was not used here since this server began is not in the list. "
        + "Signing out everywhere ends it, too."

    private var places: String {
        sessions.count == 1
            ? (mayBeMore ? "in this browser." : "in this browser only.")
            : "in \(sessions.count) browsers. Sign out what you do not know, and change your password then."
    }

    private func entry(_ record: SessionRecord) -> String {
        let isCurrent = current.contains(record.shortID)
        let id = HTML.escape(record.shortID)
        return """
            <li><div><p class="entry-title">\(isCurrent ? "This browser" : "Another browser")</p>
            <p class="muted small">Signed in \(time(record.createdAt)) ago, ends in \(time(record.expiresAt))<br>\
            Session <span class="mono">\(id)</span></p></div>
            <form method="post" action="\(action(record.shortID))">\
            <button class="button button-secondary" type="submit" aria-label="Sign out session \(id)">Sign out</button>\
            </form></li>
            """
    }

    private func action(_ what: String) -> String { HTML.escape("\(Self.path)?end=\(what)&token=\(token)") }

    /// How long a moment is away, with the moment itself for whoever wants to know.
    private func time(_ moment: Int) -> String {
        let date = Date(timeIntervalSince1970: TimeInterval(moment))
        let text = date.formatted(.iso8601)
        let away = SessionText.age(
            from: Date(timeIntervalSince1970: TimeInterval(min(moment, now))),
            to: Date(timeIntervalSince1970: TimeInterval(max(moment, now))))
        return "<time datetime=\"\(text)\" title=\"\(text)\">\(away)</time>"
    }
}
