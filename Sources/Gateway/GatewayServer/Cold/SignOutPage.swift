import Pages

/// The page that asks before it signs out somebody whom another site sent here.
enum SignOutPage {
    /// - Parameter location: where signing out leads in the end; browsers apply `form-action` to that redirect too.
    static func confirmation(leadsTo location: String?, assets: AssetCatalog) -> LocalResponse {
        let html = PageFrame.render(
            title: "Sign out", bodyClass: "centered", stylesheets: [assets.path(of: SharedAssets.stylesheet)],
            icon: assets.path(of: SharedAssets.mark),
            content: """
                <main class="card">
                <p class="brand">\(PageFrame.mark)<span>Gatehouse</span></p>
                <h1>Sign out?</h1>
                <p>Another site sent you here. Sign out only if you want to.</p>
                <form method="post" action="/oauth2/logout"><p class="actions">
                <button class="button" type="submit">Sign out</button>
                <a class="button button-secondary" href="/">Stay signed in</a>
                </p></form>
                </main>
                """)
        var response = LocalResponse(status: 200, body: Array(html.utf8))
        let target = location.flatMap(WebOrigin.ofURL)
        response.fields = SecurityHeaders.page(formTargets: target.map { [$0] } ?? []).map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", ErrorPage.htmlContentType))
        return response
    }
}
