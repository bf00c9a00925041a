import Mustache
import Pages

/// The one document of the chat: a frame that the scripts fill with what the API says.
struct ChatPage {
    /// The document, the same for every user: it holds nothing about anybody.
    let document: StaticContent
    /// The files it refers to.
    let assets = ChatAssets.catalog

    /// Renders the document.
    ///
    /// - Parameters:
    ///   - sessionsPath: where users see their sessions and end them.
    ///   - signOutPath: where "Sign out" leads.
    ///   - modelNotice: what answers are marked with, such as that no model takes part; empty for none.
    init(sessionsPath: String, signOutPath: String, modelNotice: String) throws {
        let template = try MustacheTemplate(string: String(decoding: PackageResources.page_mustache, as: UTF8.self))
        let content = template.render([
            "mark": PageFrame.mark, "sessionsPath": sessionsPath, "signOutPath": signOutPath,
            "modelNotice": modelNotice,
        ])
        // Else each script would be asked for only once the one that imports it has come.
        let preloads = ChatAssets.modules.map { [assets] in
            "<link rel=\"modulepreload\" href=\"\(assets.path(of: $0))\">\n"
        }
        let html = PageFrame.render(
            title: "Chat", bodyClass: "chat",
            stylesheets: ([SharedAssets.stylesheet] + ChatAssets.stylesheets).map(assets.path(of:)),
            scripts: [assets.path(of: ChatAssets.script)], icon: assets.path(of: SharedAssets.mark),
            head: preloads.joined(), content: content)
        document = StaticContent(contentType: ErrorPage.htmlContentType, bytes: Array(html.utf8))
    }

    /// The shared page headers, and no string ever becomes markup or script (Trusted Types without any policy).
    static let headers: [(String, String)] = SecurityHeaders.page.map { name, value in
        name == "content-security-policy"
            ? (name, value + "; require-trusted-types-for 'script'; trusted-types 'none'") : (name, value)
    }
}
