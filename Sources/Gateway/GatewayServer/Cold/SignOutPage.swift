import Pages

/// The page that asks before it signs out somebody whom another site sent here.
enum SignOutPage {
    static func confirmation(assets: AssetCatalog) -> LocalResponse {
        let html = PageFrame.render(
            title: "Sign out", bodyClass: "centered", stylesheets: [assets.path(of: SharedAssets.stylesheet)],
            scripts: [],
            content: """
                <main class="card">
                <h1>Sign out?</h1>
                <p>Another site sent you here. Sign out only if you want to.</p>
                <form method="post" action="/oauth2/logout"><button type="submit">Sign out</button></form>
                <p><a href="/">Stay signed in</a></p>
                </main>
                """)
        var response = LocalResponse(status: 200, body: Array(html.utf8))
        response.fields = SecurityHeaders.page.map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", ErrorPage.htmlContentType))
        return response
    }
}
