import OpenIDConnect
import Pages

/// The two small pages between a page with a `#fragment` and its sign-in: browsers tell no server of a fragment, so a script remembers it
/// in its tab. Without script both go on by themselves, and the fragment is lost as it would be without them.
enum FragmentPage {
    /// On the way to the sign-in.
    /// - Parameter target: the page the user wants, a safe target.
    static func keeping(_ target: String, assets: AssetCatalog) -> LocalResponse {
        page(
            title: "Signing in", target: target, next: SignInLink.address(returningTo: target),
            script: SharedAssets.fragmentKeepingScript, assets: assets)
    }

    /// On the way back.
    static func restoring(_ target: String, cookies: [String], assets: AssetCatalog) -> LocalResponse {
        var response = page(
            title: "Signed in", target: target, next: target, script: SharedAssets.fragmentRestoringScript,
            assets: assets)
        response.fields += cookies.map { ("Set-Cookie", $0) }
        return response
    }

    private static func page(
        title: String, target: String, next: String, script: String, assets: AssetCatalog
    ) -> LocalResponse {
        let (target, next) = (HTML.escape(target), HTML.escape(next))
        let html = PageFrame.render(
            title: title, bodyClass: "centered", stylesheets: [assets.path(of: SharedAssets.stylesheet)],
            scripts: [assets.path(of: script)], icon: assets.path(of: SharedAssets.mark),
            head: "<noscript><meta http-equiv=\"refresh\" content=\"0; url=\(next)\"></noscript>\n",
            content: """
                <main class="card" data-target="\(target)">
                <p class="brand">\(PageFrame.mark)<span>Gatehouse</span></p>
                <p class="actions"><a class="button" href="\(next)">Go on</a></p>
                </main>
                """)
        var response = LocalResponse(status: 200, body: Array(html.utf8))
        response.fields = SecurityHeaders.page.map { ($0.0, $0.1) }
        response.fields.append(("Content-Type", ErrorPage.htmlContentType))
        return response
    }
}
