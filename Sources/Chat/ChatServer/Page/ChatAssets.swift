import Pages

/// The chat page's files, under addresses that change with their content.
enum ChatAssets {
    /// The stylesheets in the order of their rules.
    static let stylesheets = styles.map(\.name)
    static let script = "app.js"
    /// The scripts that ``script`` imports from the start; the others come when they are wanted.
    static let modules = sources.map(\.name).filter { $0 != script && $0 != "usage.js" }

    static let catalog: AssetCatalog = {
        let sheets = styles.map { (name: $0.name, contentType: "text/css; charset=utf-8", bytes: $0.source) }
        return SharedAssets.catalog(prefix: prefix, adding: sheets + linked())
    }()

    /// The scripts, each naming the ones it imports by their hashed addresses.
    ///
    /// A module imports only modules that stand before it in the list, so its own hash covers theirs.
    private static func linked() -> [(name: String, contentType: String, bytes: [UInt8])] {
        var modules: [(name: String, contentType: String, bytes: [UInt8])] = []
        var addresses: [(plain: String, hashed: String)] = []
        for (name, source) in sources {
            var text = String(decoding: source, as: UTF8.self)
            for address in addresses {
                text = text.split(separator: address.plain, omittingEmptySubsequences: false)
                    .joined(separator: address.hashed)
            }
            let module = (name: name, contentType: "text/javascript; charset=utf-8", bytes: Array(text.utf8))
            modules.append(module)
            let path = Asset.path(of: module.bytes, called: name, prefix: prefix)
            addresses.append((plain: "from \"./\(name)\"", hashed: "from \"\(path)\""))
            addresses.append((plain: "import(\"./\(name)\")", hashed: "import(\"\(path)\")"))
        }
        return modules
    }

    private static let styles: [(name: String, source: [UInt8])] = [
        ("frame.css", PackageResources.frame_css),
        ("sidebar.css", PackageResources.sidebar_css),
        ("conversation.css", PackageResources.conversation_css),
        ("markdown.css", PackageResources.markdown_css),
        ("composer.css", PackageResources.composer_css),
        ("menu.css", PackageResources.menu_css),
        ("usage.css", PackageResources.usage_css),
        ("media.css", PackageResources.media_css),
    ]

    private static let sources: [(name: String, source: [UInt8])] = [
        ("dom.js", PackageResources.dom_js),
        ("api.js", PackageResources.api_js),
        ("highlight.js", PackageResources.highlight_js),
        ("inline.js", PackageResources.inline_js),
        ("markdown.js", PackageResources.markdown_js),
        ("menu.js", PackageResources.menu_js),
        ("toast.js", PackageResources.toast_js),
        ("dialogs.js", PackageResources.dialogs_js),
        ("sidebar.js", PackageResources.sidebar_js),
        ("message.js", PackageResources.message_js),
        ("files.js", PackageResources.files_js),
        ("composer.js", PackageResources.composer_js),
        ("conversation.js", PackageResources.conversation_js),
        ("usage.js", PackageResources.usage_js),
        ("app.js", PackageResources.app_js),
    ]

    private static let prefix = "/assets/"
}
