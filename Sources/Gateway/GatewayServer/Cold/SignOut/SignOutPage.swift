import Pages

/// The pages of signing out.
enum SignOutPage {
    /// Asks before it signs out somebody whom another site sent here.
    /// - Parameters:
    ///   - action: the address that signs out, one of ours.
    ///   - location: where signing out leads in the end; browsers apply `form-action` to that redirect too.
    static func confirmation(action: String, leadsTo location: String?, assets: AssetCatalog) -> LocalResponse {
        var response = page(
            "Sign out",
            """
            <h1>Sign out?</h1>
            <p>Another site sent you here. Sign out only if you want to.</p>
            <form method="post" action="\(HTML.escape(action))"><p class="actions">
            <button class="button" type="submit">Sign out</button>
            <a class="button button-secondary" href="/">Stay signed in</a>
            </p></form>
            """, assets)
        let target = location.flatMap(WebOrigin.ofURL)
        response.fields = SecurityHeaders.page(formTargets: target.map { [$0] } ?? []).map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", ErrorPage.htmlContentType))
        return response
    }

    /// Says that the session here is over, and what is not: the provider's own, which no page of its can end.
    static func done(asJSON: Bool, assets: AssetCatalog) -> LocalResponse {
        if asJSON {
            var response = LocalResponse(status: 200, body: Array(#"{"signed_out":true}"#.utf8))
            response.fields = [
                ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ]
            return response
        }
        var response = page(
            "Signed out",
            """
            <h1>You are signed out</h1>
            <p>Your session here has ended.</p>
            <p class="muted">The sign-in service may still know this browser, and let it in again without asking for a
            password. On a shared computer, sign out there too, or close the browser.</p>
            <p class="actions"><a class="button" href="/">Sign in again</a></p>
            """, assets)
        response.fields = SecurityHeaders.page.map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", ErrorPage.htmlContentType))
        return response
    }

    /// What stands in a frame of the provider's sign-out page: nothing to be seen, and nothing to be learnt.
    /// - Parameter ancestors: the origins whose pages may frame it.
    static func frame(status: Int, ancestors: [String]) -> LocalResponse {
        let html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign-out</title></html>"
        var response = LocalResponse(status: status, body: Array(html.utf8))
        let framing = ancestors.isEmpty ? "'none'" : ancestors.joined(separator: " ")
        response.fields = [
            ("Content-Type", ErrorPage.htmlContentType), ("Cache-Control", "no-store"),
            (
                "Content-Security-Policy",
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors \(framing)"
            ), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ]
        return response
    }

    private static func page(_ title: String, _ content: String, _ assets: AssetCatalog) -> LocalResponse {
        let html = PageFrame.render(
            title: title, bodyClass: "centered", stylesheets: [assets.path(of: SharedAssets.stylesheet)],
            icon: assets.path(of: SharedAssets.mark),
            content: """
                <main class="card">
                <p class="brand">\(PageFrame.mark)<span>Gatehouse</span></p>
                \(content)
                </main>
                """)
        return LocalResponse(status: 200, body: Array(html.utf8))
    }
}
