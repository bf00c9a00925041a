import OpenIDConnect
import Pages

/// The page that asks whether a held request shall go on: nothing is sent in a user's name that he has not seen.
enum HeldRequestPage {
    /// The address of the page, and of its button.
    static let path = "/oauth2/resume"
    private static let parameter = "request"

    /// Where a held request is shown.
    static func address(_ id: String) -> String { "\(path)?\(parameter)=\(id)" }

    /// The name in a query (raw, without `?`); nil unless it is just that.
    static func id(query: String) -> String? {
        guard query.hasPrefix(parameter + "=") else { return nil }
        let id = query.dropFirst(parameter.count + 1)
        let isName = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isName && id.utf8.count == 43 ? String(id) : nil
    }

    /// The page itself.
    static func confirmation(_ request: HeldRequest, id: String, assets: AssetCatalog) -> LocalResponse {
        let type = request.contentType.map { "<dt>Type</dt><dd>\(HTML.escape($0))</dd>" } ?? ""
        let html = PageFrame.render(
            title: "Send your form?", bodyClass: "centered wide",
            stylesheets: [assets.path(of: SharedAssets.stylesheet)], icon: assets.path(of: SharedAssets.mark),
            content: """
                <main class="card">
                <p class="brand">\(PageFrame.mark)<span>Gatehouse</span></p>
                <h1>Send your form now?</h1>
                <p>Your session had ended when you sent this form. It was kept while you signed in, and has not been sent on.</p>
                <dl class="details"><dt>Method</dt><dd>\(HTML.escape(request.method))</dd>
                <dt>Address</dt><dd class="mono">\(HTML.escape(request.target))</dd>
                <dt>Size</dt><dd>\(request.body.count) bytes</dd>\(type)</dl>
                <form method="post" action="\(HTML.escape(address(id)))"><p class="actions">
                <button class="button" type="submit">Send it</button>
                <a class="button button-secondary" href="/">Do not send it</a>
                </p></form>
                </main>
                """)
        var response = LocalResponse(status: 200, body: Array(html.utf8))
        // The application's answer may lead on to another site, and browsers hold that against this page's policy.
        response.fields = SecurityHeaders.page(formTargets: ["https:"]).map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", ErrorPage.htmlContentType))
        return response
    }
}
