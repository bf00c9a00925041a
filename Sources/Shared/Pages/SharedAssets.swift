/// The assets every server of Gatehouse offers.
public enum SharedAssets {
    /// The name of the shared stylesheet: design tokens, page frame, text, forms, buttons, notices.
    public static let stylesheet = "base.css"
    /// The name of the mark, an SVG that reads on light and dark; also the icon of every page.
    public static let mark = "mark.svg"

    /// The name of the script by which a page goes on once another tab has signed in.
    public static let waitingScript = "waiting.js"

    /// The name of the script that remembers a page's `#fragment`.
    public static let fragmentKeepingScript = "fragment-keep.js"
    /// The name of the script that opens the page with it again.
    public static let fragmentRestoringScript = "fragment-restore.js"

    /// The scripts of the gateway's own pages.
    public static let gatewayScripts = [
        (waitingScript, PackageResources.waiting_js), (fragmentKeepingScript, PackageResources.fragment_keep_js),
        (fragmentRestoringScript, PackageResources.fragment_restore_js),
    ].map { (name: $0.0, contentType: "text/javascript; charset=utf-8", bytes: $0.1) }

    /// The shared assets and `others`, served below `prefix`.
    public static func catalog(
        prefix: String, adding others: [(name: String, contentType: String, bytes: [UInt8])] = []
    ) -> AssetCatalog {
        let shared = [
            (name: stylesheet, contentType: "text/css; charset=utf-8", bytes: PackageResources.base_css),
            (name: mark, contentType: "image/svg+xml", bytes: PackageResources.mark_svg),
        ]
        return AssetCatalog(prefix: prefix, assets: shared + others)
    }
}
