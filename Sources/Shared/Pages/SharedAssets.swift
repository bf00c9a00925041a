/// The assets every server of Gatehouse offers.
public enum SharedAssets {
    /// The name of the shared stylesheet: design tokens, page frame, text, forms, buttons, notices.
    public static let stylesheet = "base.css"
    /// The name of the mark, an SVG that reads on light and dark; also the icon of every page.
    public static let mark = "mark.svg"

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
