/// What a person or a program is told when a request fails: what happened, and what can be done.
public struct ErrorPage: Sendable, Equatable {
    /// A way forward, shown as a button.
    public struct Action: Sendable, Equatable {
        /// What the button says, such as "Sign in again".
        public var label: String
        /// Where it leads: a path of this origin or an absolute https URL from the configuration, never from a request.
        public var href: String

        /// A button saying `label` that leads to `href`.
        public init(label: String, href: String) {
            self.label = label
            self.href = href
        }
    }

    /// A member of the problem document beyond the standard's own (RFC 9457 §3.2).
    public struct Extension: Sendable, Equatable {
        /// Its name, such as `reason`.
        public var name: String
        /// Its value, plain text.
        public var value: String

        /// A member `name` that says `value`.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The HTTP status code, 400–599.
    public var status: Int
    /// A few words: "The chat service does not answer".
    public var title: String
    /// One sentence on what happened.
    public var message: String
    /// One sentence on what to do; may be empty.
    public var hint: String
    /// The id under which the request is logged; empty when it has none.
    public var requestID: String
    /// A way forward, if there is one.
    public var action: Action?
    /// What programs are told besides; pages do not show it.
    public var extensions: [Extension]
    /// Why, in a word or two, for the operator; neither pages nor programs are told.
    public var cause: String
    /// More on the cause for the operator, in a clause without secrets; neither pages nor programs are told.
    public var detail: String
    /// Further sentences, each a line of a list.
    public var notes: [String]
    /// Where the page goes on to by itself once somebody has signed in in another tab: a path of this origin. Nil: nowhere. Only where
    /// the assets hold ``SharedAssets/waitingScript``.
    public var continuesAt: String?
    /// Seconds after which it is worth trying again, where that is known: programs find it as `retry_after`, and whoever sends the answer
    /// states it as `Retry-After`, too.
    public var retryAfter: Int?
    /// The language of the texts, a BCP 47 tag; `de` has the page's own words in German, all others in English.
    public var language = "en"

    /// A page for `status`; all texts are plain and escaped where they are rendered.
    public init(
        status: Int, title: String, message: String, hint: String = "", requestID: String = "", action: Action? = nil,
        extensions: [Extension] = [], cause: String = "", detail: String = "", notes: [String] = [],
        continuesAt: String? = nil, retryAfter: Int? = nil
    ) {
        self.status = status
        self.title = title
        self.message = message
        self.hint = hint
        self.requestID = requestID
        self.action = action
        self.extensions = extensions
        self.cause = cause
        self.detail = detail
        self.notes = notes
        self.continuesAt = continuesAt
        self.retryAfter = retryAfter
    }

    /// The `Content-Type` of ``html(assets:)``.
    public static let htmlContentType = "text/html; charset=utf-8"
    /// The `Content-Type` of ``json()`` (RFC 9457).
    public static let jsonContentType = "application/problem+json"

    /// The page as an HTML document that uses the shared stylesheet of `assets`.
    public func html(assets: AssetCatalog) -> String {
        var content = """
            <main class="card"\(continuesAt.map { " data-continue=\"\(HTML.escape($0))\"" } ?? "")>
            <p class="brand">\(PageFrame.mark)<span>Gatehouse</span></p>
            <h1>\(HTML.escape(title))</h1>
            <p>\(HTML.escape(message))</p>

            """
        if !notes.isEmpty {
            content += "<ul>\n" + notes.map { "<li>\(HTML.escape($0))</li>\n" }.joined() + "</ul>\n"
        }
        if !hint.isEmpty { content += "<p class=\"muted\">\(HTML.escape(hint))</p>\n" }
        if let action {
            content += """
                <p class="actions"><a class="button" href="\(HTML.escape(action.href))">\
                \(HTML.escape(action.label))</a></p>

                """
        }
        content += "<dl class=\"details\"><dt>Status</dt><dd>\(status)</dd>"
        let request = language == "de" ? "Anfrage" : "Request"
        if !requestID.isEmpty { content += "<dt>\(request)</dt><dd class=\"mono\">\(HTML.escape(requestID))</dd>" }
        content += "</dl>\n</main>"
        return PageFrame.render(
            title: title, language: language, bodyClass: "centered wide",
            stylesheets: [assets.path(of: SharedAssets.stylesheet)],
            scripts: continuesAt == nil ? [] : [assets.path(of: SharedAssets.waitingScript)],
            icon: assets.path(of: SharedAssets.mark), content: content)
    }

    /// The same as a problem document (RFC 9457): `type`, `title`, `status`, `detail`, `hint`, `requestId`, `retry_after`, and the extensions.
    public func json() -> String {
        var members = [
            ("type", JSONText.quote("about:blank")), ("title", JSONText.quote(title)), ("status", String(status)),
            ("detail", JSONText.quote(message)),
        ]
        if !hint.isEmpty { members.append(("hint", JSONText.quote(hint))) }
        if !requestID.isEmpty { members.append(("requestId", JSONText.quote(requestID))) }
        if let retryAfter { members.append(("retry_after", String(retryAfter))) }
        members += extensions.map { ($0.name, JSONText.quote($0.value)) }
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    /// Whether a client that sent this `Accept` value wants the problem document rather than a page.
    ///
    /// JSON only for a client that asks for it and does not also take HTML; a browser's navigation always names `text/html`.
    public static func prefersJSON(accept: String?) -> Bool {
        guard let accept = accept?.lowercased() else { return false }
        return !accept.contains("text/html") && (accept.contains("application/json") || accept.contains("+json"))
    }
}
